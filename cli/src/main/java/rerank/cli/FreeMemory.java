package rerank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory that this machine can still give. */
final class FreeMemory {
    private FreeMemory() {}

    /** Bytes that can be had without swapping, as Linux estimates them; empty on other systems. */
    static OptionalLong bytes() {
        return bytes(Path.of("/proc/meminfo"));
    }

    static OptionalLong bytes(Path meminfo) {
        try {
            return Files.readAllLines(meminfo).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            // Not Linux: there is no such file.
            return OptionalLong.empty();
        }
    }
}
