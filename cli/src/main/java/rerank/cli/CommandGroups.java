package rerank.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The sub-commands in the groups in which {@code rerank --help} lists them, one line each. */
final class CommandGroups {
    private record Group(String heading, List<Object> commands) {}

    private CommandGroups() {}

    private static List<Group> groups() {
        return List.of(
                new Group(
                        "See it work",
                        List.of(new DemoCommand(), new ReplayCommand(), new EvalCommand(), new SimulateCommand())),
                new Group(
                        "Run it on your Kafka",
                        List.of(new WorkerCommand(), new TopicsCommand(), new TailCommand(), new FeedbackCommand())),
                new Group("Your own data", List.of(new ImportCommand(), new AnnotateCommand())),
                new Group(
                        "Models",
                        List.of(new TrainCommand(), new ModelCommand(), new RefineCommand(), new ModelsCommand())));
    }

    static void addTo(CommandLine rerank) {
        List<Group> groups = groups();
        groups.forEach(group -> group.commands().forEach(rerank::addSubcommand));
        rerank.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        rerank.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> list(groups));
    }

    private static String list(List<Group> groups) {
        StringBuilder text = new StringBuilder();
        for (Group group : groups) {
            text.append(String.format("%n%s:%n", group.heading()));
            for (Object command : group.commands()) {
                UsageMessageSpec usage =
                        new CommandLine(command).getCommandSpec().usageMessage();
                String name = new CommandLine(command).getCommandName();
                text.append(String.format("  %-10s %s%n", name, usage.description()[0]));
            }
        }
        return text.toString();
    }
}
