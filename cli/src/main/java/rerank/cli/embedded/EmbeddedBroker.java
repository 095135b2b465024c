package rerank.cli.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One Kafka node, broker and controller, in this process. Its data stay in its directory.
 *
 * <p>Kafka offers no public way to do this; the three classes used are those its own start script uses. They stay in this
 * file, so that a change of theirs is a change here only.
 */
final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE_ID = 1;
    private static final String LOOPBACK = "127.0.0.1";
    private static final String CONTROLLER = "CONTROLLER";
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final Duration FENCING_PATIENCE = Duration.ofSeconds(5);
    private static final Duration A_MOMENT = Duration.ofMillis(20);

    private final KafkaRaftServer server;
    private final int port;
    private final FileChannel lock;

    private record Ports(int broker, int controller) {}

    private EmbeddedBroker(KafkaRaftServer server, int port, FileChannel lock) {
        this.server = server;
        this.port = port;
        this.lock = lock;
    }

    /**
     * Starts the node and returns when it takes requests.
     *
     * @param port 0 for a free one
     * @throws EmbeddedClusterException if the port or directory is in use or the directory is damaged
     */
    static EmbeddedBroker start(Path directory, int port) {
        // Kafka finds out itself, but too late: with a port in use it ends this process, and where another node
        // uses the directory it has written into that one's metadata by then.
        Ports ports = freePorts(port);
        FileChannel lock = lock(directory);
        try {
            if (wasKilled(directory)) {
                endLastLife(directory, ports.controller());
            }
            format(directory);
            KafkaRaftServer server = server(settings(directory, ports.broker(), ports.controller()));
            server.startup();
            return new EmbeddedBroker(server, ports.broker(), lock);
        } catch (Exception e) {
            release(lock);
            throw new EmbeddedClusterException(
                    "the embedded broker cannot start in " + directory.toAbsolutePath() + " (" + e.getMessage()
                            + "); if the directory is damaged, delete it or name another one",
                    e);
        }
    }

    private static FileChannel lock(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve("in-use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    return channel;
                }
            } catch (OverlappingFileLockException e) {
                // This process has it: the same to a caller.
            }
            channel.close();
            throw new IOException("another process uses it");
        } catch (IOException e) {
            throw new EmbeddedClusterException(
                    "the embedded broker cannot use the directory " + directory.toAbsolutePath() + " (" + e.getMessage()
                            + "); end the process that uses it, or name another directory that can be written to",
                    e);
        }
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release the lock of the embedded broker's directory", e);
        }
    }

    String bootstrapServers() {
        return LOOPBACK + ":" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        release(lock);
    }

    private static boolean wasKilled(Path directory) {
        return Files.exists(directory.resolve("meta.properties"))
                && !Files.exists(directory.resolve(".kafka_cleanshutdown"));
    }

    /**
     * Has the controller, alone, find out that the node is gone. Together with the node it would do so some seconds after the
     * start, and partitions are without a leader for a moment then; Kafka 4.3.1 takes such a partition for a deleted one and
     * leaves out its part of a commit that the kill had cut off, so that nobody who reads what is committed gets past it.
     */
    private static void endLastLife(Path directory, int controllerPort) throws Exception {
        Properties settings = settings(directory, 0, controllerPort);
        settings.setProperty("process.roles", "controller");
        settings.setProperty("listeners", CONTROLLER + "://" + LOOPBACK + ":" + controllerPort);
        settings.setProperty("broker.session.timeout.ms", "500");
        KafkaRaftServer controller = server(settings);
        controller.startup();
        try {
            long end = System.nanoTime() + FENCING_PATIENCE.toNanos();
            // None is counted if it was killed before it had ever been let in.
            while (fencedNodes() == 0 && System.nanoTime() < end) {
                LockSupport.parkNanos(A_MOMENT.toNanos());
            }
        } finally {
            controller.shutdown();
            controller.awaitShutdown();
        }
    }

    private static int fencedNodes() throws JMException {
        ObjectName count = new ObjectName("kafka.controller:type=KafkaController,name=FencedBrokerCount");
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        return beans.isRegistered(count) ? (Integer) beans.getAttribute(count, "Value") : 0;
    }

    private static KafkaRaftServer server(Properties settings) {
        return new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
    }

    private static void format(Path directory) throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        String path = directory.toAbsolutePath().toString();
        new Formatter()
                .setNodeId(NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(path))
                .setMetadataLogDirectory(path)
                .setControllerListenerName(CONTROLLER)
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
    }

    private static Properties settings(Path directory, int port, int controllerPort) {
        Properties settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "" + NODE_ID);
        settings.setProperty("log.dirs", directory.toAbsolutePath().toString());
        settings.setProperty("controller.quorum.voters", NODE_ID + "@" + LOOPBACK + ":" + controllerPort);
        settings.setProperty(
                "listeners",
                "PLAINTEXT://" + LOOPBACK + ":" + port + "," + CONTROLLER + "://" + LOOPBACK + ":" + controllerPort);
        settings.setProperty("controller.listener.names", CONTROLLER);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        oneNode(settings);
        quickStart(settings);
        settings.setProperty("auto.create.topics.enable", "false");
        // A document may be long: the default of 1 MiB would refuse a single page of 1 MB.
        settings.setProperty("message.max.bytes", "" + MAX_MESSAGE_BYTES);
        settings.setProperty("replica.fetch.max.bytes", "" + MAX_MESSAGE_BYTES);
        return settings;
    }

    /** Internal topics with one replica and few partitions; threads and buffers for one node's work. */
    private static void oneNode(Properties settings) {
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            settings.setProperty(topic + ".replication.factor", "1");
            settings.setProperty(topic + ".num.partitions", "4");
        }
        settings.setProperty("transaction.state.log.min.isr", "1");
        settings.setProperty("share.coordinator.state.topic.min.isr", "1");
        settings.setProperty("num.network.threads", "2");
        settings.setProperty("num.io.threads", "4");
        // The default is an array of 128 MiB.
        settings.setProperty("log.cleaner.dedupe.buffer.size", "" + (4 << 20));
    }

    /** Start in about two seconds, and no waiting for members or transactions of a process that was killed. */
    private static void quickStart(Properties settings) {
        // The controller drops a heartbeat that it cannot take within half the interval, which a busy machine needs.
        settings.setProperty("broker.heartbeat.interval.ms", "250");
        // One that is only slow must not lose its session.
        settings.setProperty("broker.session.timeout.ms", "6000");
        settings.setProperty("controller.quorum.election.timeout.ms", "100");
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        settings.setProperty("add.partitions.to.txn.retry.backoff.ms", "5");
        settings.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    }

    /** Both at once: a port that was given back may be given out again. */
    private static Ports freePorts(int wanted) {
        try (ServerSocket broker = listenOn(wanted);
                ServerSocket controller = listenOn(0)) {
            return new Ports(broker.getLocalPort(), controller.getLocalPort());
        } catch (IOException e) {
            throw new EmbeddedClusterException(
                    "the embedded broker cannot listen on port " + wanted + " (" + e.getMessage()
                            + "); choose another port, or 0 for a free one",
                    e);
        }
    }

    private static ServerSocket listenOn(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }
}
