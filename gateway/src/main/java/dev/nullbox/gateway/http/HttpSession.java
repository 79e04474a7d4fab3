package dev.nullbox.gateway.http;

import dev.nullbox.gateway.session.CallSlot;
import dev.nullbox.gateway.session.OperatorCalls;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.protocol.HttpCoreContext;

/** Connection of HTTP/1.1, one request after the other. */
public final class HttpSession {
    /** The protocol's name in ALPN (RFC 7301, section 6). */
    private static final String ALPN = "http/1.1";

    private static final String SERVER = "NullBox";

    private static final Http1Config BOUNDS = Http1Config.custom()
            .setMaxLineLength(8 * 1024)
            .setMaxHeaderCount(100)
            .setMaxEmptyLineCount(1)
            .build();

    private final OperatorCalls calls;
    private final CallSlot slot;
    private final Duration idle;

    /** @param idle between one request and the next, and for the client to send one or to take an answer */
    public HttpSession(OperatorCalls calls, CallSlot slot, Duration idle) {
        this.calls = calls;
        this.slot = slot;
        this.idle = idle;
    }

    /** The protocol for a client that offers these by ALPN; empty for none of them. */
    public static String protocolAmong(List<String> offered) {
        return offered.contains(ALPN) ? ALPN : "";
    }

    /**
     * Answers until the client hangs up or breaks a rule.
     *
     * @param in the socket's input from its first byte on
     */
    public void serve(Socket socket, InputStream in) throws IOException {
        Pace pace = new Pace(slot, idle);
        Exchange exchange = new Exchange(new Resources(new PacedCalls(calls, pace), slot, pace), slot, pace);
        Service service = new Service(exchange);
        ServerConnection connection = new ServerConnection(socket, in);
        try {
            while (exchange.goesOn() && connection.isOpen()) {
                pace.start();
                service.handleRequest(connection, HttpCoreContext.create());
                connection.flush();
            }
        } catch (ConnectionClosedException e) {
            // The client hung up between two requests, or nothing more is answered.
            return;
        } catch (HttpException e) {
            throw new IOException("HTTP: " + e.getMessage(), e);
        } finally {
            pace.stop();
        }
    }

    /** HttpCore's connection over a socket whose first byte has been read. */
    private static final class ServerConnection extends DefaultBHttpServerConnection {
        ServerConnection(Socket socket, InputStream in) throws IOException {
            super("https", BOUNDS);
            bind(new SocketHolder(socket) {
                @Override
                protected InputStream getInputStream(Socket ignored) {
                    return in;
                }
            });
        }
    }

    /** HttpCore's service, whose own errors are problems too. */
    private static final class Service extends HttpService {
        Service(Exchange exchange) {
            super(HttpProcessors.server(SERVER), exchange, BOUNDS, DefaultConnectionReuseStrategy.INSTANCE, null);
        }

        @Override
        protected void handleException(HttpException error, ClassicHttpResponse response) {
            Problem.malformed(toStatusCode(error), String.valueOf(error.getMessage()))
                    .into(response);
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
    }
}
