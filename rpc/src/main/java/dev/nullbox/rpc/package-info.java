/**
 * JSON-RPC 2.0 over Unix sockets, for services and their clients.
 *
 * <p>Server: {@link dev.nullbox.rpc.RpcServer} runs one {@code SelectorLoop}, which cuts lines ({@link
 * dev.nullbox.rpc.LineFramer}) and keeps deadlines. The {@code Dispatcher} checks the {@link dev.nullbox.rpc.Caller}
 * (SO_PEERCRED) and runs the {@link dev.nullbox.rpc.RpcMethod} on a worker. Client: {@link dev.nullbox.rpc.RpcClient}. Both
 * turn bytes into messages of {@code protocol} by {@link dev.nullbox.rpc.JsonRpcCodec}, {@link dev.nullbox.rpc.Json} and
 * {@link dev.nullbox.rpc.Codec}. {@link dev.nullbox.rpc.TlsCredentials} loads keys for the management port.
 *
 * <p>The selector thread must never run a handler, and no bytes may pass between heap buffers and sockets: see {@link
 * dev.nullbox.rpc.ScrubbedBuffer}. All that clients can make the server hold is bounded by {@link
 * dev.nullbox.rpc.RpcLimits} and the size of a message.
 */
@NullMarked
package dev.nullbox.rpc;

import org.jspecify.annotations.NullMarked;
