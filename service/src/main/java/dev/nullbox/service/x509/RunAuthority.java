package dev.nullbox.service.x509;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Authority of one run of an agent: it names hosts towards that run's guest, which alone trusts it, and no others than
 * those of its name constraints. EC P-256, ECDSA with SHA-256. Source: RFC 5280.
 *
 * <p>Its time is wide, as the clocks of guests and machines may be wrong: it ends with the run, whose guest is gone then.
 */
public final class RunAuthority {
    private static final AlgorithmIdentifier ECDSA = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    private static final Date FROM = Date.from(Instant.parse("2020-01-01T00:00:00Z"));
    /** The last year of UTCTime, which all clients read. */
    private static final Date UNTIL = Date.from(Instant.parse("2049-12-31T00:00:00Z"));

    private static final int SERIAL_BITS = 126;
    private static final int KEY_ID_BYTES = 20;
    /** An address and a mask of zeros: all of IPv4. */
    private static final int ALL_OF_IPV4 = 8;

    private static final int ALL_OF_IPV6 = 32;
    private static final int MAX_COMMON_NAME = 64;

    private final X509Certificate certificate;
    private final PrivateKey key;

    private RunAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Makes an authority with a new key.
     *
     * @param name for people who look at the certificate
     * @param hosts the only names that it may give
     */
    public static RunAuthority create(String name, List<String> hosts) {
        try {
            KeyPair keys = newKeys();
            GeneralSubtree[] permitted = hosts.stream()
                    .map(host -> new GeneralSubtree(new GeneralName(GeneralName.dNSName, host)))
                    .toArray(GeneralSubtree[]::new);
            GeneralSubtree[] excluded = {
                new GeneralSubtree(new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[ALL_OF_IPV4]))),
                new GeneralSubtree(new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[ALL_OF_IPV6])))
            };
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            extensions.addExtension(Extension.nameConstraints, true, new NameConstraints(permitted, excluded));
            extensions.addExtension(
                    Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(keys.getPublic())));
            X500Name subject = name(name);
            return new RunAuthority(
                    sign(subject, subject, keys.getPublic(), extensions, keys.getPrivate()), keys.getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("an authority could not be made", e);
        }
    }

    /**
     * The authority of its parts.
     *
     * @param certificate DER in base 64
     * @param key PKCS #8 in base 64
     * @throws GeneralSecurityException when they are none
     */
    public static RunAuthority of(String certificate, String key) throws GeneralSecurityException {
        try {
            byte[] pkcs8 = Base64.getDecoder().decode(key);
            PrivateKey read = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            Arrays.fill(pkcs8, (byte) 0);
            return new RunAuthority(certificate(Base64.getDecoder().decode(certificate)), read);
        } catch (IllegalArgumentException malformed) {
            throw new GeneralSecurityException("no base 64", malformed);
        }
    }

    /** A new key of the kind that certificates are made for. */
    public static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has EC keys", e);
        }
    }

    /** A certificate of the host for a key. */
    public X509Certificate certify(String host, PublicKey of) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            extensions.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            extensions.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
            extensions.addExtension(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(of)));
            extensions.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new AuthorityKeyIdentifier(keyId(certificate.getPublicKey())));
            X500Name issuer =
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            return sign(issuer, name(host), of, extensions, key);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a certificate could not be made", e);
        }
    }

    /** Its own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** Its certificate, DER in base 64. */
    public String encodedCertificate() {
        return Base64.getEncoder().encodeToString(der());
    }

    /** Its key, PKCS #8 in base 64. */
    public String encodedKey() {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** Its certificate as PEM. */
    public String pem() {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(MAX_COMMON_NAME, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der())
                + "\n-----END CERTIFICATE-----\n";
    }

    private byte[] der() {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }

    private static X500Name name(String commonName) {
        String short64 = commonName.length() > MAX_COMMON_NAME ? commonName.substring(0, MAX_COMMON_NAME) : commonName;
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, short64).build();
    }

    private static X509Certificate sign(
            X500Name issuer, X500Name subject, PublicKey of, ExtensionsGenerator extensions, PrivateKey with)
            throws GeneralSecurityException, IOException {
        V3TBSCertificateGenerator content = new V3TBSCertificateGenerator();
        content.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS)));
        content.setSignature(ECDSA);
        content.setIssuer(issuer);
        content.setSubject(subject);
        content.setStartDate(new Time(FROM));
        content.setEndDate(new Time(UNTIL));
        content.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(of.getEncoded()));
        content.setExtensions(extensions.generate());
        var signed = content.generateTBSCertificate();
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(with);
        signature.update(signed.getEncoded(ASN1Encoding.DER));
        DERSequence whole = new DERSequence(new ASN1Encodable[] {signed, ECDSA, new DERBitString(signature.sign())});
        return certificate(whole.getEncoded(ASN1Encoding.DER));
    }

    private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** Identifier of a key. Source: RFC 7093, section 2, method 1. */
    private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
        byte[] bits = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getPublicKeyData()
                .getBytes();
        return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(bits), KEY_ID_BYTES);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "authority " + certificate.getSubjectX500Principal();
    }
}
