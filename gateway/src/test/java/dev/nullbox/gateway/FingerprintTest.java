package dev.nullbox.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.rpc.TlsCredentials;
import dev.nullbox.service.Sha256;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fingerprint of a certificate, which the gateway prints on the console. */
@ExtendWith(CertificatesExtension.class)
class FingerprintTest {
    private final TestCertificates certificates;

    FingerprintTest(TestCertificates certificates) {
        this.certificates = certificates;
    }

    @Test
    void fingerprintIsTheSha256OfTheOwnCertificate() throws Exception {
        String fingerprint =
                TlsCredentials.fingerprint(certificates.directory("good").resolve("client.p12"));
        assertThat(fingerprint).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
        assertThat(fingerprint.replace(":", "").toLowerCase(Locale.ROOT))
                .isEqualTo(Sha256.hex(certificates.client("good").getEncoded()));
    }

    @Test
    void missingCertificateIsNamed() {
        Path none = certificates.directory("good").resolve("none.p12");
        assertThatThrownBy(() -> TlsCredentials.fingerprint(none))
                .isInstanceOf(TlsCredentials.UnusableException.class)
                .hasMessage("there is no " + none);
    }
}
