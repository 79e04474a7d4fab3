package dev.nullbox.gateway.http;

import dev.nullbox.gateway.session.CallSlot;
import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.HttpServerRequestHandler;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;

/** A request and its response, which together take the connection's call slot once. */
final class Exchange implements HttpServerRequestHandler {
    private final Resources resources;
    private final CallSlot slot;
    private final Pace pace;
    private boolean goesOn = true;

    Exchange(Resources resources, CallSlot slot, Pace pace) {
        this.resources = resources;
        this.slot = slot;
        this.pace = pace;
    }

    /** Tells whether another request may follow. */
    boolean goesOn() {
        return goesOn;
    }

    @Override
    public void handle(ClassicHttpRequest request, ResponseTrigger trigger, HttpContext context)
            throws HttpException, IOException {
        if (!slot.begin()) {
            goesOn = false;
            throw new ConnectionClosedException("nothing more is answered");
        }
        try {
            ClassicHttpResponse response = new BasicClassicHttpResponse(HttpStatus.SC_OK);
            try {
                resources.answer(request, response);
            } catch (ProblemException e) {
                e.problem().into(response);
            }
            pace.start();
            trigger.submitResponse(response);
        } finally {
            goesOn = slot.end();
        }
    }
}
