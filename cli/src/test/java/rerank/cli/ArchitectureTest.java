package rerank.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The layout of DESIGN and STYLE as rules; a class in the wrong place fails the build with the rule's name. */
@AnalyzeClasses(packages = "rerank", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule theModelKnowsNothingOfKafka = noClasses()
            .that()
            .resideInAPackage("rerank.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.apache.avro..", "rerank.schemas..");

    @ArchTest
    static final ArchRule tensorsStayInTheModelAndTheTrainer = noClasses()
            .that()
            .resideOutsideOfPackages("rerank.model..", "rerank.trainer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule avroStopsAtTheEdgeOfTopologyTrainerAndCommands = noClasses()
            .that(resideInAnyPackage("rerank.model..", "rerank.trainer..")
                    .and(not(resideInAPackage("rerank.trainer.loop.."))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.avro..", "rerank.schemas..");

    @ArchTest
    static final ArchRule onlyTheLearnersEdgeTalksToKafka = noClasses()
            .that(resideInAPackage("rerank.trainer..").and(not(resideInAPackage("rerank.trainer.loop.."))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka.clients..",
                    "org.apache.kafka.streams..",
                    "org.apache.kafka.common.serialization..");

    @ArchTest
    static final ArchRule theRegistryClientStaysInTheSchemas = noClasses()
            .that()
            .resideOutsideOfPackage("rerank.schemas..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink..");

    @ArchTest
    static final ArchRule theClientOfObjectStorageStaysInTheStore = noClasses()
            .that()
            .resideOutsideOfPackage("rerank.store..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule onlyTheCommandsKnowWhichStoresThereAre = noClasses()
            .that()
            .resideOutsideOfPackages("rerank.store..", "rerank.cli")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("rerank.store..");

    @ArchTest
    static final ArchRule theStoreKnowsCheckpointsAlone = noClasses()
            .that()
            .resideInAPackage("rerank.store..")
            .should()
            .dependOnClassesThat(resideInAPackage("rerank..")
                    .and(not(resideInAnyPackage("rerank.store..", "rerank.model.store.."))));

    @ArchTest
    static final ArchRule theTopologyKnowsNoTrainerAndNoCommands = noClasses()
            .that()
            .resideInAPackage("rerank.topology..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("rerank.trainer..", "rerank.cli..");

    @ArchTest
    static final ArchRule theTrainerKnowsNoTopologyAndNoCommands = noClasses()
            .that()
            .resideInAPackage("rerank.trainer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("rerank.topology..", "rerank.cli..");

    @ArchTest
    static final ArchRule schemasDependOnNothingOfOurs = noClasses()
            .that()
            .resideInAPackage("rerank.schemas..")
            .should()
            .dependOnClassesThat(resideInAPackage("rerank..").and(not(resideInAPackage("rerank.schemas.."))));

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("rerank.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesAreNamedByWhatTheyAreAbout = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..impl..", "..dto..", "..manager..", "..helper..");
}
