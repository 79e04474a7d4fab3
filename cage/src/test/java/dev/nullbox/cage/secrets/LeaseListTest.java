package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.RpcException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseListTest {
    private static final String IN_FORCE =
            "{'lease':'L2','state':'active','refs':[{'name':'A','state':'active'},{'name':'B','state':'expired'}]}";
    private static final String OVER = "{'lease':'L1','state':'revoked','refs':[{'name':'A','state':'active'}]}";

    private static JsonElement json(String text) {
        return JsonParser.parseString(text.replace('\'', '"'));
    }

    private static LeaseList list(String leases, int leftOut) throws RpcException {
        return LeaseList.of(json("{'leases':[" + leases + "],'seq':7,'left_out':" + leftOut + "}"));
    }

    @Test
    void tellsEachSecretByItsLeaseAndItself() throws RpcException {
        LeaseList list = list(IN_FORCE + "," + OVER, 0);
        assertThat(list.seq()).isEqualTo(7);
        assertThat(list.state("L2", "A")).contains("active");
        assertThat(list.state("L2", "B")).contains("expired");
        assertThat(list.state("L2", "C")).contains("ended");
        assertThat(list.state("L1", "A")).contains("revoked");
        assertThat(list.state("L0", "A")).contains("ended");
    }

    /** The list is cut at its end, and those in force stand at its beginning. */
    @Test
    void doesNotTakeForOverWhatMayBeLeftOut() throws RpcException {
        assertThat(list(IN_FORCE, 3).state("L0", "A")).isEmpty();
        assertThat(list("", 3).state("L0", "A")).isEmpty();
        assertThat(list(IN_FORCE, 0).state("L0", "A")).contains("ended");
        assertThat(list(IN_FORCE + "," + OVER, 3).state("L0", "A")).contains("ended");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "'leases'",
                "{}",
                "{'leases':{},'seq':7,'left_out':0}",
                "{'leases':[],'seq':'x','left_out':0}",
                "{'leases':[],'seq':7}",
                "{'leases':[],'left_out':0}",
                "{'leases':[1],'seq':7,'left_out':0}",
                "{'leases':[{'lease':1,'state':'active','refs':[]}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1','refs':[]}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1','state':'active','names':['A']}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1','state':'active','refs':['A']}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1','state':'active','refs':[{'name':'A'}]}],'seq':7,'left_out':0}",
            })
    void refusesAGarbledOne(String answer) {
        assertThatThrownBy(() -> LeaseList.of(json(answer)))
                .isInstanceOf(RpcException.class)
                .hasMessage("the warden told its leases garbled");
    }
}
