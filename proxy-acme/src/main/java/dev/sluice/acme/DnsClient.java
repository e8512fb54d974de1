package dev.sluice.acme;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks one name server, by UDP and, where an answer does not fit, by TCP. Blocking. */
final class DnsClient {
    private static final int PORT = 53;
    private static final int TIMEOUT_MILLIS = 3000;
    private static final int TRIES = 3;
    private static final int LONGEST_DATAGRAM = 4096;
    private static final int INTERNET = 1;
    private static final int NONE = 254;
    private static final int RECURSION_DESIRED = 0x100;
    private static final int UPDATE = 5 << 11;
    private static final long TTL_SECONDS = 60;

    private final InetSocketAddress server;
    private final SecureRandom random = new SecureRandom();

    DnsClient(InetSocketAddress server) {
        this.server = server;
    }

    /**
     * @param server {@code host} or {@code host:port}
     */
    static DnsClient of(String server) {
        int colon = server.lastIndexOf(':');
        boolean port = colon > 0 && (server.indexOf(':') == colon || server.charAt(colon - 1) == ']');
        String host = port ? server.substring(0, colon) : server;
        return new DnsClient(new InetSocketAddress(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port ? Integer.parseInt(server.substring(colon + 1)) : PORT));
    }

    /** The first of the system's name servers. */
    static DnsClient system() throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/resolv.conf"))) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 1 && words[0].equals("nameserver")) {
                return new DnsClient(new InetSocketAddress(words[1], PORT));
            }
        }
        throw new IOException("/etc/resolv.conf names no name server; use --acme-dns-resolver");
    }

    DnsAnswer ask(String name, int type) throws IOException {
        int id = random.nextInt(1 << 16);
        DnsWriter query = new DnsWriter()
                .u16(id)
                .u16(RECURSION_DESIRED)
                .u16(1)
                .u16(0)
                .u16(0)
                .u16(0);
        return send(query.name(name).u16(type).u16(INTERNET).done(), id);
    }

    /** Adds a text to a zone, or removes it (RFC 2136 2.5). */
    DnsAnswer update(String zone, String name, String text, boolean add, @Nullable DnsKey key) throws IOException {
        int id = random.nextInt(1 << 16);
        DnsWriter update =
                new DnsWriter().u16(id).u16(UPDATE).u16(1).u16(0).u16(1).u16(0);
        update.name(zone).u16(DnsRecord.SOA).u16(INTERNET);
        update.name(name).u16(DnsRecord.TXT).u16(add ? INTERNET : NONE).u32(add ? TTL_SECONDS : 0);
        byte[] message = update.sized(DnsWriter.text(text)).done();
        return send(key == null ? message : key.sign(message, System.currentTimeMillis() / 1000), id);
    }

    private DnsAnswer send(byte[] message, int id) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            List<String> tries = new ArrayList<>();
            while (tries.size() < TRIES) {
                socket.send(new DatagramPacket(message, message.length));
                DatagramPacket packet = new DatagramPacket(new byte[LONGEST_DATAGRAM], LONGEST_DATAGRAM);
                try {
                    socket.receive(packet);
                    DnsAnswer answer = DnsAnswer.parse(Arrays.copyOf(packet.getData(), packet.getLength()));
                    if (answer.id() == id) {
                        return answer.truncated() ? sendByTcp(message) : answer;
                    }
                    tries.add("another's answer");
                } catch (SocketTimeoutException e) {
                    tries.add("no answer");
                }
            }
            throw new IOException("the name server " + this + " does not answer");
        } catch (IllegalArgumentException e) {
            throw new IOException("the name server " + this + " is not found", e);
        }
    }

    private DnsAnswer sendByTcp(byte[] message) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(new DnsWriter().sized(message).done());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return DnsAnswer.parse(answer);
        }
    }

    @Override
    public String toString() {
        return server.getHostString() + ":" + server.getPort();
    }
}
