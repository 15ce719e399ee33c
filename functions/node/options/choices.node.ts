/** Where blobs and action results can be kept. */
export const storeChoices = ["disk", "memory", "s3+dynamodb"] as const;

export type StoreChoice = (typeof storeChoices)[number];

export const http2Choices = ["own", "node"] as const;

/** How the log is written; `auto` is text on a terminal, and JSON elsewhere. */
export const logFormats = ["auto", "text", "json"] as const;

/** What `--geometry` calls each number that may be set by hand. */
export const geometryNames = {
  old: "oldBlocks",
  current: "currentBlocks",
  new: "newBlocks",
  spare: "spareBlocks",
  sector: "sectorBytes",
  average: "averageBytes",
  "action-average": "actionAverageBytes",
} as const;
