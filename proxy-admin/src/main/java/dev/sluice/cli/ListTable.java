package dev.sluice.cli;

import dev.sluice.admin.client.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The table of {@code list}: with colours byte for byte kamal-proxy's, without them no blanks at the ends of lines. */
final class ListTable {
    private static final List<String> HEADER = List.of("Service", "Host", "Path", "Target", "State", "TLS");
    private static final String HEADER_STYLE = "3;94";
    private static final String FIRST_COLUMN_STYLE = "1;34";
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>(List.of(HEADER));
    private final boolean colours;

    private ListTable(boolean colours) {
        this.colours = colours;
    }

    /** The table for the API's services, in their order, with a line feed after each row. */
    static String of(List<JsonObject> services, boolean colours) {
        ListTable table = new ListTable(colours);
        services.forEach(service -> table.rows.add(row(service)));
        return table.render();
    }

    private static List<String> row(JsonObject service) {
        String hosts = String.join(",", service.texts("hosts"));
        return List.of(
                service.text("name"),
                hosts.isEmpty() ? "*" : hosts,
                String.join(",", service.texts("path_prefixes")),
                String.join(",", targets(service.objects("targets"))),
                service.text("state"),
                service.flag("tls") ? "yes" : "no");
    }

    /** Writers first, then readers, each in the order given. */
    private static List<String> targets(List<JsonObject> targets) {
        List<String> addresses = new ArrayList<>();
        List<String> readers = new ArrayList<>();
        for (JsonObject target : targets) {
            (target.text("role").equals("reader") ? readers : addresses).add(target.text("address"));
        }
        addresses.addAll(readers);
        return addresses;
    }

    private String render() {
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], width(row.get(column)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < rows.size(); number++) {
            List<String> row = rows.get(number);
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = row.get(column);
                line.append(styled(cell, column, number == 0))
                        .append(" ".repeat(widths[column] - width(cell)))
                        .append(GAP);
            }
            text.append(colours ? line : line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private String styled(String cell, int column, boolean header) {
        if (!colours) {
            return cell;
        }
        String style = header ? HEADER_STYLE : column == 0 ? FIRST_COLUMN_STYLE : "";
        return "\033[" + style + "m" + cell + "\033[0m";
    }

    private static int width(String cell) {
        return cell.getBytes(StandardCharsets.UTF_8).length;
    }
}
