package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseListTest {
    private static final String IN_FORCE =
            "{'lease':'L2','agent':'a','run':'1','names':['A','B'],'since':0,'state':'active','refs':["
                    + "{'name':'A','version':1,'deliver':'file','state':'active'},"
                    + "{'name':'B','version':1,'deliver':'file','state':'expired'}]}";
    private static final String OVER = IN_FORCE.replace("L2", "L1").replaceFirst("active", "revoked");

    private static LeaseList decode(String answer) throws RpcException {
        return LeaseList.of(Codec.decodeResult(
                VaultContract.LEASES.name(),
                VaultContract.LEASES.result(),
                JsonParser.parseString(answer.replace('\'', '"'))));
    }

    private static LeaseList list(String leases, int leftOut) throws RpcException {
        return decode("{'leases':[" + leases + "],'seq':7,'left_out':" + leftOut + "}");
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
                "{'leases':[{'lease':1,ELSE,'state':'active','refs':[]}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1',ELSE,'refs':[]}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1',ELSE,'state':'active'}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1',ELSE,'state':'active','refs':['A']}],'seq':7,'left_out':0}",
                "{'leases':[{'lease':'L1',ELSE,'state':'active','refs':[{'name':'A'}]}],'seq':7,'left_out':0}",
            })
    void refusesAGarbledOne(String answer) {
        assertThatThrownBy(() -> decode(answer.replace("ELSE", "'agent':'a','run':'1','names':['A'],'since':0")))
                .isInstanceOf(RpcException.class)
                .hasMessageStartingWith("the answer to vault.leases is malformed: ");
    }
}
