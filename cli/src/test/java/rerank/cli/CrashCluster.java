package rerank.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import rerank.cli.embedded.EmbeddedCluster;

/** Broker and schema registry in a process of their own, on ports and a directory that stay; it runs until it is killed. */
final class CrashCluster {
    private static final String SIGN = "broker and registry are running";

    /** Below those that systems give to outgoing connections, so that nobody takes one while the broker is away. */
    private static final int LOWEST_PORT = 21_000;

    private CrashCluster() {}

    public static void main(String[] args) throws Exception {
        try (EmbeddedCluster cluster =
                EmbeddedCluster.start(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]))) {
            System.out.println(SIGN + " at " + cluster.bootstrapServers());
            Thread.currentThread().join();
        }
    }

    /** One with data in a directory, where its log is, too; it comes back on the same ports. */
    static Victim at(Path directory, int brokerPort, int registryPort) {
        return new Victim(
                "broker",
                directory,
                SIGN,
                CrashCluster.class,
                directory.resolve("cluster").toString(),
                "" + brokerPort,
                "" + registryPort);
    }

    /** The first free port from one on, and from those on that outgoing connections are not given. */
    static int freePort(int from) {
        for (int port = Math.max(from, LOWEST_PORT); ; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                continue; // somebody has it
            }
        }
    }
}
