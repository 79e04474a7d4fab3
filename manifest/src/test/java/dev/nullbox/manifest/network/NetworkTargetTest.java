package dev.nullbox.manifest.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.InvalidValueException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTargetTest {
    @ParameterizedTest
    @CsvSource({
        "*.example.org, a.example.org, true",
        "*.example.org, a.b.example.org, true",
        "*.example.org, example.org, false",
        "*.example.org, evilexample.org, false",
        "*.example.org, a.example.org.evil.example, false",
        "example.org, example.org, true",
        "example.org, a.example.org, false",
        "example.org, evilexample.org, false",
    })
    void aWildcardIsByLabels(String entry, String asked, boolean covered) {
        assertThat(NetworkTarget.parse(entry))
                .isInstanceOfSatisfying(
                        NameTarget.class, name -> assertThat(name.covers(asked)).isEqualTo(covered));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*.", "*.com", "*:443", "*.com:53/udp"})
    void aWildcardOfEverybodysNamesIsRefusedWithTheReason(String entry) {
        assertThatThrownBy(() -> NetworkTarget.parse(entry))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("stands for names of everybody's")
                .hasMessageContaining("*.example.org");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*.co.uk",
                "*.github.io",
                "*.s3.amazonaws.com",
                "*.foo.ck",
                "*.xn--55qx5d.cn:443",
                "*.\u516c\u53f8.cn",
            })
    void aWildcardOnAPublicSuffixIsRefusedWithTheListsVersion(String entry) {
        assertThatThrownBy(() -> NetworkTarget.parse(entry))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("is a public suffix, by version 20")
                .hasMessageContaining("*.example.org");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*.example.co.uk", "*.acme.github.io", "*.www.ck", "co.uk", "github.io", "*.uk.com.example"})
    void aNameOfOneOwnerIsTakenBesideIt(String entry) {
        assertThat(NetworkTarget.parse(entry).host()).isEqualTo(entry);
    }

    @ParameterizedTest
    @CsvSource({
        "b\u00fccher.example, xn--bcher-kva.example:443",
        "*.B\u00dcCHER.example:80, *.xn--bcher-kva.example:80",
        "\u4f8b\u3048\u3002example, xn--r8jz45g.example:443",
    })
    void anInternationalNameIsWrittenAsDnsHasIt(String entry, String text) {
        assertThat(NetworkTarget.parse(entry).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "*.example.org:123/udp, RAW, *.example.org:123/udp",
        "api.example.org, TLS, api.example.org:443",
        "api.example.org:80, HTTP, api.example.org:80",
        "api.example.org:443/udp, RAW, api.example.org:443/udp",
        "github.com:22, RAW, github.com:22",
        "api.example.org:443 as tls, TLS, api.example.org:443",
        "api.example.org:443 as raw, RAW, api.example.org:443 as raw",
        "*.example.org:8443 as tls to 10.1.0.0/16, TLS, *.example.org:8443 as tls to 10.1.0.0/16",
        "api.example.org:8080 as http, HTTP, api.example.org:8080 as http",
        "10.1.2.3:5432, ADDRESS, 10.1.2.3:5432",
        "10.2.0.0/16:8000-8100, RANGE, 10.2.0.0/16:8000-8100",
        "10.2.0.0/16, RANGE, 10.2.0.0/16:443",
        "10.2.0.0/16/udp, RANGE, 10.2.0.0/16:443/udp",
        "10.2.0.4/32:53/udp, ADDRESS, 10.2.0.4:53/udp",
        "192.0.2.7:1-65535, ADDRESS, 192.0.2.7:1-65535",
        "169.254.169.254:80, ADDRESS, 169.254.169.254:80",
        "git.corp.example to 10.1.0.0/16, TLS, git.corp.example:443 to 10.1.0.0/16",
    })
    void anEntryHasAKindAndIsReadBackAsItsText(String entry, NetworkTarget.Kind kind, String text) {
        NetworkTarget target = NetworkTarget.ofText(entry);
        assertThat(target.kind()).isEqualTo(kind);
        assertThat(target.text()).isEqualTo(text);
        assertThat(NetworkTarget.ofText(text)).isEqualTo(target);
    }

    /** Each says what is wrong with which entry, and what would be right. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.2.0.7/16 | does not begin with its range's first address | write 10.2.0.0/16 for the range, or 10.2.0.7",
                "10.2.0.0/33 | has no such prefix | at most 32",
                "10.2.0.0/x | neither an IPv4 address nor a range | 10.2.0.0/16",
                "0.0.0.0/0 | is most of the world | 8 to 32",
                "160.0.0.0/7 | is most of the world | 8 to 32",
                "127.0.0.0/8 | not the address of another host | the one host",
                "224.0.0.0/24:5353/udp | not the address of another host | the one host",
                "169.0.0.0/8 | holds 169.254.0.0/16, which is private | the ranges beside it",
                "192.0.0.0/8:80 | holds 192.0.0.0/24, which is private | the ranges beside it",
                "api.example.org:80-90 | a range of ports behind a name | one entry for each port",
                "10.2.0.7:90-80 | range of ports 90-80 is empty | the lower port first",
                "10.2.0.7:0-80 | is no port | 8000-8100",
                "10.2.0.7:70000 | port 70000 does not exist | from 1 to 65535",
                "https://api.example.org | is a URL | host:port",
                "10.2.0.7:80/tcp | more than a host and a port | host:port/udp",
                "stra\u00dfe.example | translate in two ways | xn--",
                "\ud83d\ude00_.example | no international host name | xn--",
                "git.corp.example to 10.1.0.0/16 | neither an IPv4 address nor a range | 10.2.0.0/16",
            })
    void aRefusalSaysWhatIsWrongAndWhatIsRight(String entry, String problem, String remedy) {
        assertThatThrownBy(() -> NetworkTarget.parse(entry))
                .isInstanceOfSatisfying(InvalidValueException.class, refusal -> {
                    assertThat(refusal.problem()).contains(problem);
                    assertThat(refusal.remedy()).contains(remedy);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8:1-65535, 10.2.0.0/16:80-90, true",
        "10.0.0.0/8:1-65535, 10.2.0.0/16:80-90/udp, false",
        "10.0.0.0/8:80-90, 10.2.0.7:91, false",
        "10.2.0.0/16, 10.0.0.0/8, false",
        "*.example.org, *.a.example.org, true",
        "*.example.org, *.example.org, true",
        "*.example.org, a.example.org, true",
        "*.example.org, example.org, false",
        "a.example.org, *.a.example.org, false",
        "a.example.org, a.example.org:80, false",
        "a.example.org, a.example.org to 10.1.0.0/16, false",
        "a.example.org to 10.0.0.0/8, a.example.org to 10.1.0.0/16, true",
        "a.example.org to 10.1.0.0/16, a.example.org, false",
    })
    void aWiderEntryCoversANarrowerOne(String wider, String narrower, boolean covered) {
        assertThat(NetworkTarget.ofText(wider).covers(NetworkTarget.ofText(narrower)))
                .isEqualTo(covered);
    }

    @Test
    void aNameAdmitsPublicAddressesOrThoseOfItsRangesAlone() {
        InetAddress inside = InetAddress.ofLiteral("10.1.2.3");
        InetAddress beside = InetAddress.ofLiteral("10.2.2.3");
        InetAddress open = InetAddress.ofLiteral("192.0.2.7");
        NameTarget plain = (NameTarget) NetworkTarget.ofText("git.corp.example");
        NameTarget ranged = (NameTarget) NetworkTarget.ofText("git.corp.example to 10.1.0.0/16");
        assertThat(List.of(plain.admits(inside), plain.admits(beside), plain.admits(open)))
                .containsExactly(false, false, true);
        assertThat(List.of(ranged.admits(inside), ranged.admits(beside), ranged.admits(open)))
                .containsExactly(true, false, false);
    }
}
