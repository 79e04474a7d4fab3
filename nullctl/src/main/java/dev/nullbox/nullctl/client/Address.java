package dev.nullbox.nullctl.client;

import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine;

/**
 * Address of the appliance's gateway.
 *
 * @param host name or address, an IPv6 address without its brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) {
    /** Reads {@code host:port}, {@code [ipv6]:port}. */
    public static final class Converter implements CommandLine.ITypeConverter<Address> {
        @Override
        public Address convert(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                throw wrong(text);
            }
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (!host.isEmpty() && port > 0 && port <= 65_535) {
                    return new Address(host, port);
                }
            } catch (NumberFormatException e) {
                throw wrong(text);
            }
            throw wrong(text);
        }

        private static CommandLine.TypeConversionException wrong(String text) {
            return new CommandLine.TypeConversionException("'" + TerminalText.line(text)
                    + "' is no host:port, as 127.0.0.1:" + GatewayContract.PORT + " or [::1]:" + GatewayContract.PORT);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
