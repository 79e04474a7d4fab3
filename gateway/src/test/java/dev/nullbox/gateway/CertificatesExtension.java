package dev.nullbox.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands {@link TestCertificates} to tests: made once for all test classes, since keytool takes seconds. */
public final class CertificatesExtension implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(CertificatesExtension.class);

    public CertificatesExtension() {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCertificates.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Made.class, _ -> Made.now(), Made.class)
                .certificates();
    }

    /** The certificates, and the directory that goes when the tests are over. */
    private record Made(Path directory, TestCertificates certificates) implements AutoCloseable {
        static Made now() {
            try {
                Path directory = Files.createTempDirectory("nullbox-certificates");
                return new Made(directory, TestCertificates.make(directory));
            } catch (Exception e) {
                throw new IllegalStateException("cannot make certificates", e);
            }
        }

        @Override
        public void close() throws IOException {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
