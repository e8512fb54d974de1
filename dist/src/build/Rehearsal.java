import dev.sluice.cli.Sluice;
import dev.sluice.daemon.Main;

/**
 * Runs several commands in one process, so that one AOT cache knows them all. For Train alone, though it is part of
 * sluice.jar: a cache serves the class path it was made with. Usage: Rehearsal -jar JAR + WORD ... + WORD ..., where the
 * launcher adds the first two.
 */
final class Rehearsal {

    private Rehearsal() {}

    public static void main(String[] arguments) {
        String[] commands = String.join("\n", arguments).split("\n\\+\n");
        int last = commands.length - 1;
        for (int i = 1; i < last; i++) {
            if (Sluice.run(commands[i].split("\n"), System.out, System.err, _ -> 1) != 0) {
                System.exit(1);
            }
        }
        Main.main(commands[last].split("\n")); // ends the process
    }
}
