package dev.nullbox.protocol.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodsTest {
    @Test
    void eachMethodHasAPrefixOfItsService() {
        assertThat(Methods.ALL).hasSizeGreaterThan(50);
        for (Method<?> method : Methods.ALL) {
            String prefix = method.name().substring(0, method.name().indexOf('.'));
            assertThat(prefix)
                    .as(method.name())
                    .isEqualTo(
                            switch (method.service()) {
                                case NULLD -> "nulld";
                                case EGRESS -> "egress";
                                case WARDEN -> "vault";
                                case CTXGRAPH -> "memory";
                                case CAGE -> "agent";
                            });
            assertThat(Methods.find(method.name()).orElseThrow()).isSameAs(method);
            assertThat(method.request().stream().map(Field::name)).doesNotHaveDuplicates();
        }
    }

    /** Methods that open listeners for runs, hand them secrets or decide for the gate are for host services only. */
    @Test
    void hostMethodsAreTheseAlone() {
        assertThat(Methods.ALL.stream()
                        .filter(method -> method.audience() == Audience.HOST)
                        .map(Method::name))
                .containsExactlyInAnyOrder(
                        "vault.lease",
                        "vault.fetch",
                        "memory.attach",
                        "memory.detach",
                        "egress.add",
                        "egress.remove",
                        "egress.pass",
                        "egress.revised");
    }

    /** Egress reads hostile bytes: a method for it tells nothing, and opens nothing. */
    @Test
    void methodsOfEgressAreTheseAlone() {
        assertThat(Methods.ALL.stream()
                        .filter(method -> method.audience().users().contains("egress"))
                        .map(Method::name))
                .containsExactly("memory.contacted");
    }

    /** The gate reads hostile bytes: it has the secrets that are leased to be put in, and tells nothing. */
    @Test
    void methodsOfTheGateAreTheseAlone() {
        assertThat(Methods.ALL.stream()
                        .filter(method -> method.audience() == Audience.GATE_ALONE)
                        .map(Method::name))
                .containsExactlyInAnyOrder("vault.gate_value", "vault.gate_leases");
    }

    @Test
    void methodsThatTellValuesAreTheseAlone() {
        assertThat(Methods.ALL.stream()
                        .filter(method -> method.effect() == Effect.READ_VALUES)
                        .map(Method::name))
                .containsExactlyInAnyOrder("memory.get", "memory.list", "memory.search", "memory.chunk.get");
    }

    @Test
    void aMethodThatTellsValuesMustTakeATaintFilter() {
        assertThatThrownBy(() -> new Contract(Service.CTXGRAPH)
                        .agents("memory.peek", Effect.READ_VALUES, MemoryContract.ENTRY, "tells a value")
                        .with(MemoryContract.KEY))
                .hasMessageContaining("memory.peek");
    }

    /** Code that passes such a call on wipes its copy. */
    @Test
    void methodsWithCredentialsOrSecretsSaySo() {
        for (Method<?> method : Methods.ALL) {
            boolean asks = method.request().stream()
                    .anyMatch(field -> field.type() instanceof FieldType.Bytes && !field.equals(TransferContract.DATA));
            boolean tells = method.result() instanceof FieldType.Struct(List<Field<?>> fields)
                    && (fields.contains(VaultContract.VALUE) || fields.contains(VaultContract.VALUES));
            boolean carries = asks || tells;
            assertThat(method.effect() == Effect.SECRET).as(method.name()).isEqualTo(carries);
        }
    }

    @Test
    void aMessagesTextHoldsNoValue() {
        assertThat(Message.of(VaultContract.VALUE.is(new byte[] {1}), VaultContract.CANARY.is(true)))
                .hasToString("[value, canary]");
    }
}
