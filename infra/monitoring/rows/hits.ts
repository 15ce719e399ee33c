import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { label, line, q, top, type Row } from "../panel.ts";

const hit = { result: "hit" } as const;

export const hits: Row = {
  title: "Hit rate",
  panels: [
    {
      title: "By store and verb",
      help: "ac get is what builds call their hit rate. A low cas find means that much is uploaded.",
      unit: "percentunit",
      queries: [
        line(
          `${label("store")} ${label("verb")}`,
          q.share(of.lookups, hit, ["store", "verb"], { verb: { unlike: "put" } }),
        ),
      ],
    },
    {
      title: "Action results, by instance",
      help: "A team or project whose builds find little may build with other flags than those that fill the cache.",
      unit: "percentunit",
      queries: [line(label("instance_name"), q.share(of.actionLookups, hit, ["instance_name"]))],
    },
    {
      title: "Action results, by who asks",
      help: "CI jobs and developers: the name that their token or certificate has.",
      unit: "percentunit",
      queries: [line(label("principal"), q.share(of.actionLookups, hit, ["principal"]))],
    },
    {
      title: "Action results, by mnemonic",
      help: "The kind of action, for clients that tell: one that never hits may not be deterministic.",
      unit: "percentunit",
      queries: [line(label("mnemonic"), q.share(of.actionLookups, hit, ["mnemonic"]))],
    },
    {
      title: "Misses by mnemonic, the ten largest",
      help: "Where a better hit rate would save most.",
      unit: "ops",
      queries: [
        line(
          label("mnemonic"),
          top(10, q.rate(of.actionLookups, ["mnemonic"], { result: "miss" })),
        ),
      ],
    },
    {
      title: "Digests in one FindMissingBlobs",
      help: "How much clients ask at once.",
      unit: "short",
      queries: [
        line("median", q.quantile(0.5, of.findMissingDigests)),
        line("99th percentile", q.quantile(0.99, of.findMissingDigests)),
      ],
    },
    {
      title: "Part of them that was there, median",
      help: "Near 1 for builds that change little.",
      unit: "percentunit",
      queries: [line("median", q.quantile(0.5, of.findMissingHitRatio))],
    },
  ],
};
