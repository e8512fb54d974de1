package dev.sluice.acme;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a name server answered.
 *
 * @param code 0 for no error (RFC 1035 4.1.1)
 * @param truncated whether the rest did not fit, so that TCP is to be used
 */
record DnsAnswer(int id, int code, boolean truncated, List<DnsRecord> answers, List<DnsRecord> authorities) {
    static final int NO_ERROR = 0;
    static final int NO_SUCH_NAME = 3;

    private static final List<String> CODES = List.of(
            "NOERROR",
            "FORMERR",
            "SERVFAIL",
            "NXDOMAIN",
            "NOTIMP",
            "REFUSED",
            "YXDOMAIN",
            "YXRRSET",
            "NXRRSET",
            "NOTAUTH",
            "NOTZONE");
    private static final int MOST_JUMPS = 64;

    String codeName() {
        return code < CODES.size() ? CODES.get(code) : "error " + code;
    }

    static DnsAnswer parse(byte[] message) throws IOException {
        try {
            ByteBuffer in = ByteBuffer.wrap(message);
            int id = in.getShort() & 0xffff;
            int flags = in.getShort();
            int questions = in.getShort() & 0xffff;
            int answers = in.getShort() & 0xffff;
            int authorities = in.getShort() & 0xffff;
            in.getShort();
            for (int i = 0; i < questions; i++) {
                name(in);
                in.getInt();
            }
            return new DnsAnswer(id, flags & 0xf, (flags & 0x200) != 0, records(in, answers), records(in, authorities));
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("the name server's answer cannot be understood", e);
        }
    }

    private static List<DnsRecord> records(ByteBuffer in, int count) throws IOException {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(in);
            int type = in.getShort() & 0xffff;
            in.getShort();
            in.getInt();
            int end = (in.getShort() & 0xffff) + in.position();
            records.add(new DnsRecord(name, type, text(in, type, end)));
            in.position(end);
        }
        return records;
    }

    private static String text(ByteBuffer in, int type, int end) throws IOException {
        return switch (type) {
            case DnsRecord.NS, DnsRecord.CNAME -> name(in);
            case DnsRecord.A, DnsRecord.AAAA -> {
                byte[] address = new byte[end - in.position()];
                in.get(address);
                yield InetAddress.getByAddress(address).getHostAddress();
            }
            case DnsRecord.TXT -> {
                StringBuilder text = new StringBuilder();
                while (in.position() < end) {
                    byte[] part = new byte[in.get() & 0xff];
                    in.get(part);
                    text.append(new String(part, StandardCharsets.ISO_8859_1));
                }
                yield text.toString();
            }
            default -> "";
        };
    }

    // RFC 1035 4.1.4: a length of which the two high bits are set is a pointer to where the name goes on.
    private static String name(ByteBuffer in) {
        StringBuilder name = new StringBuilder();
        int behind = -1;
        for (int jumps = 0; jumps < MOST_JUMPS; ) {
            int length = in.get() & 0xff;
            if (length >= 0xc0) {
                int target = (length & 0x3f) << 8 | in.get() & 0xff;
                behind = behind < 0 ? in.position() : behind;
                in.position(target);
                jumps++;
            } else if (length == 0) {
                if (behind >= 0) {
                    in.position(behind);
                }
                return name.isEmpty() ? "." : name.toString().toLowerCase(Locale.ROOT);
            } else {
                byte[] label = new byte[length];
                in.get(label);
                name.append(new String(label, StandardCharsets.ISO_8859_1)).append('.');
            }
        }
        throw new IllegalArgumentException("a name that points at itself");
    }
}
