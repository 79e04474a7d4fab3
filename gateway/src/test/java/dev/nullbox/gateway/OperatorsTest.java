package dev.nullbox.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OperatorsTest {
    private static final int OTHER_NAME = 0;
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int ADDRESS = 7;

    @Test
    void firstNameOfAPersonOrMachineCounts() {
        assertThat(Operators.name(List.of(List.of(DNS, "operator")))).contains("operator");
        assertThat(Operators.name(List.of(List.of(EMAIL, "ada@example.com"), List.of(DNS, "other"))))
                .contains("ada@example.com");
        assertThat(Operators.name(List.of(List.of(ADDRESS, "10.0.0.1"), List.of(URI, "spiffe://x/ada"))))
                .contains("spiffe://x/ada");
    }

    @Test
    void otherEntriesAndNamesNotToBeShownCountForNothing() {
        assertThat(Operators.name(null)).isEmpty();
        assertThat(Operators.name(List.of())).isEmpty();
        assertThat(Operators.name(List.of(List.of(OTHER_NAME, new byte[] {1}), List.of(ADDRESS, "10.0.0.1"))))
                .isEmpty();
        for (String name : List.of("", "two words", "\u001b[2J", "\u00e4", "x".repeat(129))) {
            assertThat(Operators.name(List.of(List.of(DNS, name), List.of(EMAIL, "second"))))
                    .as(name)
                    .isEmpty();
        }
    }
}
