import { instruments as of } from "../../../shared/telemetry/instruments.ts";
import { label, line, q, type Row } from "../panel.ts";

export const localStores: Row = {
  title: "Disk and memory stores",
  panels: [
    {
      title: "Fill",
      help: "A store that is full is as it should be: what is longest out of use goes first.",
      unit: "percentunit",
      queries: [
        line(label("store"), `${q.series(of.storeUsedBytes)} / ${q.series(of.storeSizeBytes)}`),
      ],
    },
    {
      title: "Retention",
      help: "For how long what nobody uses is kept. Near three hours uploads begin to be refused: give it a larger --size. 0 until it was full once.",
      unit: "s",
      queries: [line(label("store"), q.series(of.storeRetentionSeconds))],
    },
    {
      title: "Time of a checkpoint",
      help: "Most of it for the disk to sync. What was written since the last one is what a crash may lose.",
      unit: "s",
      queries: [line(label("store"), q.series(of.storeCheckpointSeconds))],
    },
    {
      title: "Slots read for a look-up",
      help: "Of the key-location map. Above about 3, it has more entries than it was made for.",
      unit: "none",
      queries: [
        line(
          label("store"),
          `${q.rate(of.mapAttempts, ["store"])} / ${q.rate(of.mapLookups, ["store"])}`,
        ),
      ],
    },
    {
      title: "Refreshed",
      help: "Copied out of old blocks because somebody uses them. Near what is uploaded, the store is too small for what is in use.",
      unit: "Bps",
      queries: [line(label("store"), q.rate(of.storeRefreshedBytes, ["store"]))],
    },
    {
      title: "Entries refreshed",
      help: "The same, counted.",
      unit: "ops",
      queries: [line(label("store"), q.rate(of.storeRefreshedEntries, ["store"]))],
    },
    {
      title: "Entries dropped before their time",
      help: "The key-location map is too small for them: start anew with a smaller average in --geometry.",
      unit: "ops",
      queries: [line(label("store"), q.rate(of.mapOverflows, ["store"]))],
    },
    {
      title: "Corrupt entries",
      help: "Dropped when they were read, so that builds upload them again. More than a few: look at the disk.",
      unit: "ops",
      queries: [line(label("store"), q.rate(of.storeCorruptEntries, ["store"]))],
    },
  ],
};
