package dev.sluice.acme;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** A name server of one zone with text records, aliases and signed updates, by UDP on the loopback interface. */
final class FakeNameServer implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final Name zone;
    private final TSIG key;
    private final Map<Name, Set<String>> texts = new ConcurrentHashMap<>();
    private final Map<Name, Name> aliases = new ConcurrentHashMap<>();

    FakeNameServer(String zone, String key) throws IOException {
        this.zone = Name.fromString(zone);
        String[] parts = key.split(":");
        this.key = new TSIG(
                Name.fromString(parts[0], Name.root),
                Name.fromString(parts[1], Name.root),
                Base64.getDecoder().decode(parts[2]));
        Thread.ofVirtual().start(this::run);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    void alias(String from, String to) throws IOException {
        aliases.put(Name.fromString(from), Name.fromString(to));
    }

    /** Makes a record, as an operator does. */
    void text(String name, String value) {
        texts.computeIfAbsent(Name.fromConstantString(name), _ -> new ConcurrentSkipListSet<>())
                .add(value);
    }

    List<String> texts(String name) {
        return texts.getOrDefault(Name.fromConstantString(name), Set.of()).stream()
                .toList();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void run() {
        byte[] buffer = new byte[4096];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                byte[] answer = answer(new Message(bytes), bytes);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private byte[] answer(Message query, byte[] bytes) throws IOException {
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setOpcode(query.getHeader().getOpcode());
        Record question = query.getQuestion();
        answer.addRecord(question, Section.QUESTION);
        boolean signed = query.getTSIG() != null;
        if (signed && key.verify(query, bytes, null) != Rcode.NOERROR) {
            answer.getHeader().setRcode(Rcode.NOTAUTH);
            return answer.toWire();
        }
        if (query.getHeader().getOpcode() == Opcode.UPDATE) {
            answer.getHeader().setRcode(signed && question.getName().equals(zone) ? Rcode.NOERROR : Rcode.REFUSED);
            if (answer.getRcode() == Rcode.NOERROR) {
                update(query);
            }
        } else {
            look(question, answer);
        }
        if (signed) {
            answer.setTSIG(key, Rcode.NOERROR, query.getTSIG());
        }
        return answer.toWire(65535);
    }

    private void update(Message query) {
        for (Record record : query.getSection(Section.UPDATE)) {
            Set<String> values = texts.computeIfAbsent(record.getName(), _ -> new ConcurrentSkipListSet<>());
            String value = String.join("", ((TXTRecord) record).getStrings());
            if (record.getDClass() == DClass.NONE) {
                values.remove(value);
            } else {
                values.add(value);
            }
        }
    }

    private void look(Record question, Message answer) {
        Name name = question.getName();
        SOARecord authority = new SOARecord(zone, DClass.IN, 60, zone, zone, 1, 60, 60, 60, 60);
        if (question.getType() == Type.SOA && name.equals(zone)) {
            answer.addRecord(authority, Section.ANSWER);
        } else if (question.getType() == Type.CNAME && aliases.containsKey(name)) {
            answer.addRecord(new CNAMERecord(name, DClass.IN, 60, aliases.get(name)), Section.ANSWER);
        } else if (question.getType() == Type.TXT && texts.containsKey(name)) {
            texts.get(name)
                    .forEach(value -> answer.addRecord(new TXTRecord(name, DClass.IN, 60, value), Section.ANSWER));
        } else {
            answer.addRecord(authority, Section.AUTHORITY);
        }
    }
}
