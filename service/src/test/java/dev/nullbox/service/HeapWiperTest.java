package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeapWiperTest {
    private final LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final SynchronousQueue<String> mayEnd = new SynchronousQueue<>();

    private void collect() {
        begun.add("collection");
        try {
            assertThat(mayEnd.poll(10, TimeUnit.SECONDS)).isNotNull();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitBegun() throws InterruptedException {
        assertThat(begun.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    private void end() throws InterruptedException {
        assertThat(mayEnd.offer("end", 10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nothingIsCollectedUnasked() {
        HeapWiper.start(this::collect);
        assertThat(begun).isEmpty();
    }

    @Test
    void requestsDuringACollectionMakeOneMoreAfterIt() throws InterruptedException {
        HeapWiper wiper = HeapWiper.start(this::collect);
        wiper.request();
        awaitBegun();
        for (int i = 0; i < 100; i++) {
            wiper.request();
        }
        assertThat(begun).isEmpty();
        end();
        awaitBegun();
        end();
        // A third would have to begin before the fourth, which is asked for only now.
        wiper.request();
        awaitBegun();
        assertThat(begun).isEmpty();
        end();
    }
}
