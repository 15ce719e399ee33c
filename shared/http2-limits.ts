const KIB = 1024;
const MIB = 1024 * KIB;

/** What one HTTP/2 connection may cost, beside what `limits` says of streams, windows and headers. */
class Http2Limits {
  /** Frames without a use of their own (PING, SETTINGS, WINDOW_UPDATE, empty DATA) at once, and per second after that. */
  readonly idleFrameBurst: number = 10_000;
  readonly idleFramesPerSecond: number = 1000;

  /** DATA for a stream that is over counts among them below this size: larger frames may have been on their way. */
  readonly wastedFrameBytes: number = 1 * KIB;

  /** How many of these each request, and each frame of DATA, makes up for: clients open two windows for what they read, and ping. */
  readonly idleFramesPerUse: number = 4;

  /** Frames of one header block: four of usual size hold `headerBytes`. */
  readonly headerFrames: number = 32;

  /** What one answer may have waiting to be sent before its writer has to: as much as one message of a read. */
  readonly streamQueueBytes: number = 256 * KIB;

  /** The same once all answers of a connection have `connectionQueueBytes` waiting: less, and enough that none stands still. */
  readonly crowdedQueueBytes: number = 32 * KIB;
  readonly connectionQueueBytes: number = 4 * MIB;

  /** What a socket may have to write before its client is not read any more: each of its frames may need an answer. */
  readonly socketBacklogBytes: number = 1 * MIB;
}

export const http2Limits: Http2Limits = new Http2Limits();
