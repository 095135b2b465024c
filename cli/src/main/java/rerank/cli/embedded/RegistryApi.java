package rerank.cli.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import rerank.cli.embedded.SchemaCatalog.Entry;

/**
 * The part of the Confluent Schema Registry's REST interface that clients use: what each request answers, and what it
 * changes. A change is in the log before it is in the catalog and before it is answered. Requests take turns.
 *
 * <p>Avro only, without schema references, contexts and modes other than READWRITE; what is deleted stays readable by its
 * id for good, so that no id ever comes to mean another schema.
 */
final class RegistryApi {
    private static final List<String> LATEST = List.of("latest", "-1");

    private final SchemaLog log;
    private SchemaCatalog catalog;
    /** After a write of unknown outcome only the log knows the truth. */
    private boolean behindTheLog;

    /** An interface to all that the log holds. */
    RegistryApi(SchemaLog log) {
        this.log = log;
        this.catalog = replayed();
    }

    private SchemaCatalog replayed() {
        SchemaCatalog replayed = new SchemaCatalog();
        log.replay(replayed::apply);
        return replayed;
    }

    /**
     * Answers a request.
     *
     * @return what becomes the JSON body
     * @throws RegistryError for a refusal
     */
    synchronized Object answer(RegistryRequest request) {
        if (behindTheLog) {
            catalog = replayed();
            behindTheLog = false;
        }
        List<String> path = request.path();
        return switch (path.isEmpty() ? "" : path.get(0)) {
            case "" -> Map.of();
            case "subjects" -> subjects(request);
            case "schemas" -> schemas(request);
            case "compatibility" -> compatibility(request);
            case "config" -> config(request);
            case "mode" -> mode(request);
            case "contexts" -> List.of(".");
            default -> throw RegistryError.noSuchPath();
        };
    }

    private Object subjects(RegistryRequest request) {
        List<String> path = request.path();
        boolean withDeleted = request.flag("deleted");
        if (path.size() == 1) {
            String prefix = request.parameters().getOrDefault("subjectPrefix", "");
            require(request, "GET");
            return catalog.subjects(withDeleted).stream()
                    .filter(subject -> prefix.equals(":*:") || subject.startsWith(prefix))
                    .toList();
        }
        String subject = path.get(1);
        if (path.size() == 2) {
            return switch (request.method()) {
                case "POST" -> lookedUp(subject, request.json(), withDeleted);
                case "DELETE" -> withdrawn(request, existing(subject, false));
                default -> throw RegistryError.methodNotAllowed();
            };
        }
        if (!path.get(2).equals("versions") || path.size() > 5) {
            throw RegistryError.noSuchPath();
        }
        if (path.size() == 3) {
            return switch (request.method()) {
                case "GET" ->
                    existing(subject, withDeleted).stream()
                            .map(StoredSchema::version)
                            .toList();
                case "POST" -> Map.of("id", registered(subject, request.json()));
                default -> throw RegistryError.methodNotAllowed();
            };
        }
        StoredSchema schema = version(subject, path.get(3), withDeleted);
        if (path.size() == 4 && request.method().equals("DELETE")) {
            return withdrawn(request, List.of(schema)).get(0);
        }
        require(request, "GET");
        return path.size() == 4
                ? described(schema)
                : switch (path.get(4)) {
                    case "schema" -> schema.schema();
                    case "referencedby" -> List.of();
                    default -> throw RegistryError.noSuchPath();
                };
    }

    private Object schemas(RegistryRequest request) {
        require(request, "GET");
        List<String> path = request.path();
        if (path.size() == 1) {
            return catalog.all().map(RegistryApi::described).toList();
        }
        if (path.size() == 2 && path.get(1).equals("types")) {
            return List.of("AVRO");
        }
        if (path.size() < 3 || path.size() > 4 || !path.get(1).equals("ids")) {
            throw RegistryError.noSuchPath();
        }
        int id = number(path.get(2), RegistryError.noSuchPath());
        String text = catalog.text(id).orElseThrow(() -> RegistryError.schemaIdNotFound(id));
        if (path.size() == 3) {
            return Map.of("schema", text);
        }
        return switch (path.get(3)) {
            case "schema" -> new Schema.Parser().parse(text);
            case "subjects" ->
                catalog.places(id).stream().map(StoredSchema::subject).toList();
            case "versions" ->
                catalog.places(id).stream()
                        .map(place -> Map.of("subject", place.subject(), "version", place.version()))
                        .toList();
            default -> throw RegistryError.noSuchPath();
        };
    }

    private Object compatibility(RegistryRequest request) {
        List<String> path = request.path();
        if (path.size() < 4
                || path.size() > 5
                || !path.get(1).equals("subjects")
                || !path.get(3).equals("versions")) {
            throw RegistryError.noSuchPath();
        }
        require(request, "POST");
        String subject = path.get(2);
        List<StoredSchema> earlier =
                path.size() == 5 ? List.of(version(subject, path.get(4), false)) : catalog.versions(subject, false);
        List<String> objections = level(subject)
                .objections(
                        schemaOf(request.json()),
                        earlier.stream().map(StoredSchema::schema).toList());
        return request.flag("verbose")
                ? Map.of("is_compatible", objections.isEmpty(), "messages", objections)
                : Map.of("is_compatible", objections.isEmpty());
    }

    private Object config(RegistryRequest request) {
        List<String> path = request.path();
        if (path.size() > 2) {
            throw RegistryError.noSuchPath();
        }
        String subject = path.size() == 2 ? path.get(1) : null;
        return switch (request.method()) {
            case "GET" ->
                Map.of(
                        "compatibilityLevel",
                        subject != null && request.flag("defaultToGlobal") ? level(subject) : configured(subject));
            case "PUT" -> {
                var level = CompatibilityLevel.of(
                        request.json().path("compatibility").asText());
                write(new Entry.LevelEntry(subject, level));
                yield Map.of("compatibility", level);
            }
            case "DELETE" -> {
                CompatibilityLevel before = configured(subject);
                write(new Entry.LevelEntry(subject, null));
                yield Map.of("compatibilityLevel", before);
            }
            default -> throw RegistryError.methodNotAllowed();
        };
    }

    private CompatibilityLevel configured(@Nullable String subject) {
        return subject == null
                ? catalog.globalLevel()
                : catalog.ownLevel(subject).orElseThrow(() -> RegistryError.noLevelOf(subject));
    }

    private static Object mode(RegistryRequest request) {
        if (request.method().equals("PUT")
                && !request.json().path("mode").asText().equals("READWRITE")) {
            throw RegistryError.notOffered("modes other than READWRITE");
        }
        return Map.of("mode", "READWRITE");
    }

    private int registered(String subject, JsonNode body) {
        Schema schema = schemaOf(body);
        String text = schema.toString();
        List<StoredSchema> versions = catalog.versions(subject, false);
        for (StoredSchema version : versions) {
            if (version.text().equals(text)) {
                return version.id();
            }
        }
        List<String> objections = level(subject)
                .objections(schema, versions.stream().map(StoredSchema::schema).toList());
        if (!objections.isEmpty()) {
            throw RegistryError.incompatible(subject, objections);
        }
        int id = catalog.idOf(text);
        write(new Entry.SchemaEntry(new StoredSchema(subject, catalog.nextVersion(subject), id, text, false)));
        return id;
    }

    private Map<String, Object> lookedUp(String subject, JsonNode body, boolean withDeleted) {
        String text = schemaOf(body).toString();
        return existing(subject, withDeleted).stream()
                .filter(schema -> schema.text().equals(text))
                .findFirst()
                .map(RegistryApi::described)
                .orElseThrow(RegistryError::schemaNotFound);
    }

    private List<Integer> withdrawn(RegistryRequest request, List<StoredSchema> schemas) {
        if (request.flag("permanent")) {
            throw RegistryError.notOffered(
                    "permanent deletion; ids stay readable as long as the data directory exists");
        }
        schemas.forEach(schema -> write(new Entry.SchemaEntry(schema.withdrawn())));
        return schemas.stream().map(StoredSchema::version).toList();
    }

    private void write(Entry entry) {
        behindTheLog = true;
        log.append(entry);
        catalog.apply(entry);
        behindTheLog = false;
    }

    private List<StoredSchema> existing(String subject, boolean withDeleted) {
        List<StoredSchema> versions = catalog.versions(subject, withDeleted);
        if (versions.isEmpty()) {
            throw RegistryError.subjectNotFound(subject);
        }
        return versions;
    }

    private StoredSchema version(String subject, String version, boolean withDeleted) {
        List<StoredSchema> versions = existing(subject, withDeleted);
        if (LATEST.contains(version)) {
            return versions.get(versions.size() - 1);
        }
        int number = number(version, RegistryError.invalidVersion(version));
        if (number < 1) {
            throw RegistryError.invalidVersion(version);
        }
        Predicate<StoredSchema> wanted = schema -> schema.version() == number;
        return versions.stream().filter(wanted).findFirst().orElseThrow(() -> RegistryError.versionNotFound(version));
    }

    private CompatibilityLevel level(String subject) {
        return catalog.ownLevel(subject).orElse(catalog.globalLevel());
    }

    private static Schema schemaOf(JsonNode body) {
        String type = body.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") && !type.equals("null")) {
            throw RegistryError.invalidSchema("its type is " + type + ", the embedded registry holds AVRO only");
        }
        if (!body.path("references").isEmpty()) {
            throw RegistryError.notOffered("schema references; put the referenced types into the schema");
        }
        String text = body.path("schema").asText();
        try {
            return new Schema.Parser().parse(text);
        } catch (AvroRuntimeException e) {
            throw RegistryError.invalidSchema(text.isBlank() ? "it is empty" : String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Object> described(StoredSchema schema) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("subject", schema.subject());
        described.put("version", schema.version());
        described.put("id", schema.id());
        described.put("schema", schema.text());
        return described;
    }

    private static void require(RegistryRequest request, String method) {
        if (!request.method().equals(method)) {
            throw RegistryError.methodNotAllowed();
        }
    }

    private static int number(String text, RegistryError otherwise) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw otherwise;
        }
    }
}
