import { homedir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import type { GeometrySettings } from "../../../shared/adapters/disk/geometry.ts";
import { parseAtRest } from "../../../shared/compression/at-rest.ts";
import type { DigestFunction } from "../../../shared/digest/digest-function.ts";
import { defaultFunctions, parseFunctions } from "../../../shared/digest/served-functions.ts";
import { logLevels } from "../../../shared/telemetry/log.ts";
import type { TraceSettings } from "../../telemetry/trace-settings.ts";
import type { FlagValues } from "../commands/flags.node.ts";
import type { Http2Choice } from "../listening/listener.node.ts";
import type { LogOptions } from "../log/open-log.node.ts";
import { type AccessOptions, readAccess } from "./access-options.node.ts";
import {
  geometryNames,
  http2Choices,
  logFormats,
  type StoreChoice,
  storeChoices,
} from "./choices.node.ts";
import { conflict, mistake } from "./flag-mistake.node.ts";
import { type ListenOptions, readListen } from "./listen-options.node.ts";
import { parseSize } from "./parse-size.ts";
import type { Flag } from "./serve-flags.node.ts";
import { readStatsHeaders } from "./stats-headers.node.ts";
import { readTraces } from "./trace-options.node.ts";

/** What `hayloft serve` runs with. */
export interface ServeOptions extends AccessOptions, ListenOptions {
  readonly dataFolder: string;
  /** `undefined` leaves it to the store. */
  readonly sizeBytes: number | undefined;
  readonly store: StoreChoice;
  /** Where `s3+dynamodb` keeps its objects and its rows. */
  readonly bucket: string | undefined;
  readonly table: string | undefined;
  readonly compressAtRest: boolean;
  readonly device: string | undefined;
  readonly geometry: GeometrySettings;
  readonly reformat: boolean;
  /** In order of preference. */
  readonly digestFunctions: readonly DigestFunction[];
  /** `limits.checkpointMs` if left out; no flag, but tests have no time for that. */
  readonly checkpointMs?: number;
  /** That serve. */
  readonly workers: number;
  readonly http2: Http2Choice;
  /** How long it serves on when it is told to stop. */
  readonly drainDelayMs: number;
  readonly log: LogOptions;
  /** `undefined` where there are none. */
  readonly traces: TraceSettings | undefined;
  /** Whose values statistics are kept of, in lower case. */
  readonly statsHeaders: readonly string[];
}

/** Checks the values of the flags. Throws `UsageError`. */
export function readOptions(values: FlagValues<Flag>): ServeOptions {
  const listen = readListen(values);
  return {
    ...listen,
    dataFolder: resolve(values.data ?? join(cacheHome(), "hayloft", "data")),
    sizeBytes: values.size === undefined ? undefined : parseSizeFlag(values.size),
    store: parseChoice("store", values.store ?? "disk", storeChoices),
    bucket: values.bucket,
    table: values.table,
    compressAtRest: compressionOf(values),
    device: values.device,
    geometry: parseGeometry(values.geometry),
    reformat: parseChoice("reformat", values.reformat ?? "no", ["yes", "no"]) === "yes",
    digestFunctions: readFunctions(values["digest-functions"]),
    ...readAccess(values, listen),
    http2: parseChoice("http2", values.http2 ?? "own", http2Choices),
    workers: parseWorkers(values.workers ?? "1"),
    log: readLog(values),
    drainDelayMs: parseDelay(values["drain-delay"] ?? "0s"),
    traces: readTraces(values),
    statsHeaders: readStatsHeaders(values["stats-header"]),
  };
}

function readLog(values: FlagValues<Flag>): LogOptions {
  const asked = parseChoice("log-format", values["log-format"] ?? "auto", logFormats);
  const { stderr } = process;
  const auto = stderr.isTTY ? "text" : "json";
  return {
    level: parseChoice("log-level", values["log-level"] ?? "info", logLevels),
    format: asked === "auto" ? auto : asked,
    // Heeds NO_COLOR.
    hasColor: stderr.isTTY && stderr.hasColors(),
  };
}

const MAX_DELAY_SECONDS = 300;

function parseDelay(text: string): number {
  const seconds = /^[0-9]{1,3}s$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
  if (seconds <= MAX_DELAY_SECONDS) return seconds * 1000;
  throw mistake("drain-delay", text, `give seconds, as 5s, at most ${MAX_DELAY_SECONDS}s`);
}

const MIN_SIZE_BYTES = 1024 ** 2;

function parseSizeFlag(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) {
    throw mistake("size", text, "give a number with its unit, as 4GiB or 500MB");
  }
  if (bytes < MIN_SIZE_BYTES) throw mistake("size", text, "give at least 1MiB");
  return bytes;
}

const MAX_WORKERS = 256;

function parseWorkers(text: string): number {
  const workers = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(workers <= MAX_WORKERS)) {
    throw mistake("workers", text, `give a number from 1 to ${MAX_WORKERS}`);
  }
  const canShare = process.platform !== "win32" && process.platform !== "darwin";
  if (workers === 1 || canShare) return workers;
  throw mistake("workers", text, "this system lets no threads share a port; leave it out");
}

function parseChoice<T extends string>(flag: Flag, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw mistake(flag, text, `give one of ${choices.join(", ")}`);
  return choice;
}

function parseGeometry(text: string | undefined): GeometrySettings {
  const settings: Record<string, number> = {};
  for (const part of text?.split(",") ?? []) {
    const match = /^(?<name>[a-z-]+)=(?<number>[1-9][0-9]*)$/.exec(part);
    const name = Object.entries(geometryNames).find(([known]) => known === match?.groups?.["name"]);
    if (name === undefined) {
      const names = Object.keys(geometryNames).join(", ");
      throw mistake("geometry", text ?? "", `give NAME=N, with names among ${names}`);
    }
    settings[name[1]] = Number(match?.groups?.["number"]);
  }
  return settings;
}

/** A container's limit counts where there is one. */
export function defaultMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(memory / 4);
}

function readFunctions(text: string | undefined): readonly DigestFunction[] {
  if (text === undefined) return defaultFunctions;
  return parseFunctions(text, (remedy) => mistake("digest-functions", text, remedy));
}

function compressionOf({ "compress-at-rest": text, store }: FlagValues<Flag>): boolean {
  if (text === undefined) return false;
  const isOn = parseAtRest(text, (remedy) => mistake("compress-at-rest", text, remedy));
  if (!isOn || store === "s3+dynamodb") return isOn;
  throw conflict("compress-at-rest", text, "it is for --store s3+dynamodb; leave it out");
}

function cacheHome(): string {
  return process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
}
