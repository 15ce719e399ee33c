/**
 * Every limit of Hayloft: its name says what it bounds and its unit. One home, so that the relations between them can be
 * checked; a limit that an operator may change is a default here and a flag or an option elsewhere.
 */

import { checkRelations } from "./limit-relations.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export class Limits {
  /** What one blob may have. A larger one is refused before its first byte; stores may lower it. */
  readonly blobBytes: number = 64 * 1024 * MIB;

  /** Blob bytes in one BatchUpdateBlobs or BatchReadBlobs call, in either direction; advertised. */
  readonly batchBytes: number = 4 * MIB - 64 * KIB;

  /**
   * One request message, decompressed. Well above `batchBytes`, so that our own error answers, and no larger: a message of
   * nothing but empty entries takes fifty times its size once it is decoded.
   */
  readonly requestMessageBytes: number = 8 * MIB;

  /** Request bytes that all calls and held HTTP bodies have before they are dealt with; who needs more waits, but not for long. */
  readonly requestBytesInFlight: number = 512 * MIB;

  /** The same in an isolate of Cloudflare's, which has 128 MB for everything: what is made of a message takes up to six times its size. */
  readonly isolateRequestBytes: number = 16 * MIB;

  /** After this time an isolate forgets what requests hold that its runtime has ended without a word. */
  readonly isolateBudgetMs: number = MINUTE_MS;

  /** The largest upload through a Worker: Cloudflare's smaller plans admit 100 MB of body, framing included. */
  readonly workerUploadBytes: number = 99_000_000;

  /** The event that brings a request to a Lambda function, most bodies in base64. AWS refuses a larger one itself. */
  readonly lambdaEventBytes: number = 6 * MIB;

  /** The largest upload through a Lambda function. */
  readonly lambdaUploadBytes: number = 4.25 * MIB;

  /** What a Lambda function answers of a blob at most: AWS cuts an answer off at 200 MB. */
  readonly lambdaAnswerBytes: number = 199_000_000;

  /** How long a request waits for room among them before it is RESOURCE_EXHAUSTED. */
  readonly requestRoomWaitMs: number = 10_000;

  /** Entries of one BatchUpdateBlobs call: each takes room in the response. */
  readonly batchEntries: number = 10_000;

  /** One action result: a larger one could be stored, and never be returned. */
  readonly actionResultBytes: number = 4 * MIB - 64 * KIB;

  /** One response message. gRPC clients refuse more than 4 MiB unless told otherwise. */
  readonly responseMessageBytes: number = 4 * MIB;

  /** Blob bytes in one ByteStream.Read response message. */
  readonly readMessageBytes: number = 256 * KIB;

  /** Directory bytes in one GetTree response message, so that none nears `responseMessageBytes`. */
  readonly treePageBytes: number = 1 * MIB;

  /** Directories in one GetTree call; more is RESOURCE_EXHAUSTED. */
  readonly treeDirectories: number = 100_000;

  /** GetTree calls at once; others wait. One lasts as long as its client takes to read. */
  readonly treeWalks: number = 16;

  /** Action results with Trees whose references are looked up at once; others wait. */
  readonly referenceWalks: number = 4;

  /** One Directory message, on its own or inside a Tree: GetTree has to fit it into a response. */
  readonly directoryBytes: number = 4 * MIB - 64 * KIB;

  /** One Tree message. An action result that needs a larger one counts as incomplete. */
  readonly treeBytes: number = 512 * MIB;

  /** Blobs that one action result may refer to, the files of its Trees included. */
  readonly actionReferences: number = 500_000;

  /** An HTTP PUT of a blob whose size nothing tells is held whole up to this size, and refused above. */
  readonly unsizedPutBytes: number = 4 * MIB;

  /** Store calls that one request may have under way at once. */
  readonly storeConcurrency: number = 16;

  /** The same for the blobs of a batch: they are small, and stores that can make one request of many have to be asked at once. */
  readonly batchConcurrency: number = 256;

  /** Bytes of BatchReadBlobs responses that are put together at once, of which one counts for a fourth at most; others wait. */
  readonly batchReadBytesAtOnce: number = 1 * MIB;

  /** Bytes of native gRPC's batches that are decoded and answered at once; others wait as they came, when they take least. 75 are a digest. */
  readonly batchReadRequestBytesAtOnce: number = 32 * KIB;
  readonly batchUpdateRequestBytesAtOnce: number = 8 * MIB;

  /** What chunks of a blob are meant to have, from which follows what they have at least and at most; advertised. */
  readonly chunkBytes: number = 512 * KIB;

  /** The smallest blob that is split, or kept as nothing but the chunks that it was spliced from: the largest chunk. */
  readonly splicedBytes: number = 2 * MIB;

  /** Chunks of one blob: a response has to hold their digests. */
  readonly chunksPerBlob: number = 30_000;

  /** The largest blob that SplitBlob cuts on demand: it is read, and written again in chunks, while its client waits. */
  readonly splitBytes: number = 2 * 1024 * MIB;

  /** The same through a function: a Worker has little CPU time, and each chunk is billed as an upload. */
  readonly workerSplitBytes: number = 16 * MIB;
  readonly lambdaSplitBytes: number = 64 * MIB;

  /** SplitBlob calls that read blobs at once, and as many of SpliceBlob; others wait. Each holds some of the largest chunks in memory. */
  readonly chunkings: number = 8;

  /** How long they wait before RESOURCE_EXHAUSTED: half of what build clients give a call. */
  readonly chunkingWaitMs: number = 30_000;

  /** Chunks of a spliced blob that are opened together, while those before them are read. A Worker may wait for six. */
  readonly chunksAhead: number = 4;

  /** Absent blobs that one error names: a gRPC client takes 8 KiB of trailers. */
  readonly namedAbsences: number = 20;

  /**
   * The largest window of a zstd stream, which its decoder holds in memory: what RFC 8878 wants of every decoder, and as much as
   * encoders ask for below level 20, or in Go's library by default.
   */
  readonly zstdWindowBytes: number = 8 * MIB;

  /** The same of all streams that a process decodes at once; another one is RESOURCE_EXHAUSTED. */
  readonly zstdWindowsBytes: number = 512 * MIB;

  /** What an encoded blob may have beyond twice its size: frames and blocks have headers, and some frames are skipped. */
  readonly encodedSlackBytes: number = 64 * KIB;

  /** What the compressed blobs of one BatchUpdateBlobs call may have when they are decoded: they are in memory together. */
  readonly decodedBatchBytes: number = 8 * MIB;

  /** Blobs of a batch that are encoded or decoded at once: each takes a part of a megabyte for that, and the threads are few. */
  readonly batchCodecs: number = 4;

  /** The smallest blob that is worth compressing where nobody insists on it. */
  readonly minEncodedBytes: number = 128;

  /** How long a blob stays readable after an answer that relied on it: Bazel's own assumption. */
  readonly leaseMs: number = 3 * HOUR_MS;

  /** How long a renewed lease of an indexed store serves before it is due again: about the time between two writes of a row in use. */
  readonly renewEveryMs: number = 24 * HOUR_MS;

  /** How long an index may take to answer, or to do what it was asked; an answer that comes later is not relied on. */
  readonly indexDelayMs: number = 5 * MINUTE_MS;

  /** How far the clocks of an indexed store's machines may be from the true time. */
  readonly clockSkewMs: number = 5 * MINUTE_MS;

  /** How long an upload to an indexed store may take, from its first byte to the row. */
  readonly uploadWindowMs: number = 12 * HOUR_MS;

  /**
   * How long an upload that broke off waits for its client: Bazel comes back in seconds, up to five times, and each time may need its
   * 60 s to find out that it was in vain.
   */
  readonly pausedUploadMs: number = 5 * MINUTE_MS;

  /** Uploads that wait so: as many as one lost connection of Bazel's has broken off. Each may hold one part in memory. */
  readonly pausedUploads: number = 100;

  /** Bytes that their blobs have together, for which stores set room aside: the largest blob needs them. Less where the store's is less. */
  readonly pausedUploadBytes: number = 64 * 1024 * MIB;

  /** How long an indexed store keeps what nobody uses after its lease has ended. */
  readonly keepMs: number = 14 * 24 * HOUR_MS;

  /** The largest blob that an indexed store keeps in its row: the README of infra/costs derives it. */
  readonly inlineBytes: number = 1.75 * KIB;

  /** How long an edge cache may give a blob after the read that the store answered: so much longer are the store's leases. */
  readonly edgeAgeMs: number = 12 * HOUR_MS;

  /** The largest blob that is kept in an edge cache: one of them must not drive out thousands. */
  readonly edgeBlobBytes: number = 32 * MIB;

  /** How long an edge cache may hold up a read by which it is filled, before it is given up. */
  readonly edgePatienceMs: number = 1000;

  /** The largest action result, with the list of what it refers to, that an indexed store keeps in its row. */
  readonly inlineActionBytes: number = 32 * KIB;

  /** Blobs of one call that begins transfers: each takes a presigned request, or a small blob, in the response. */
  readonly transferBlobs: number = 500;

  /** The largest blob that is uploaded by one presigned request: larger ones go in parts, which can be sent again one by one. */
  readonly presignedPutBytes: number = 64 * MIB;

  /** How long a presigned request can be made; whoever is not done by then asks for another. */
  readonly presignedMs: number = 1 * HOUR_MS;

  /** Presigned requests for parts in one response. */
  readonly presignedParts: number = 1000;

  /** The time between two sweeps by a function: a cron trigger says the same. */
  readonly sweepEveryMs: number = 10 * MINUTE_MS;

  /** The time between two of these that look whether a quota is exceeded: each then reads an entry for every row. */
  readonly quotaEveryMs: number = 6 * HOUR_MS;

  /** Rows that one of these removes at most: more would take more requests than the smallest plan of a platform admits. */
  readonly sweepRows: number = 5000;

  /** The same with DynamoDB: each sweep reads the whole table, which costs more than what lies there a day longer. */
  readonly lambdaSweepEveryMs: number = 24 * HOUR_MS;
  readonly lambdaSweepRows: number = 500_000;

  /** How long such sweeps take to look at every object once, for orphans. */
  readonly orphanCycleMs: number = 4 * 24 * HOUR_MS;

  /** What is encoded of a blob to see whether keeping it so would pay. */
  readonly probeBytes: number = 128 * KIB;

  /** One part of an object that is encoded as it comes: held in memory, one for each upload under way, in isolates, too. */
  readonly encodedPartBytes: number = 8 * MIB;

  /** One part of a multipart upload: held in memory, one for each upload under way. */
  readonly partBytes: number = 16 * MIB;

  /** What a crash may lose of the disk store: what was written in this time before it. */
  readonly checkpointMs: number = 10_000;

  /** How long a finished upload waits for the client's half-close before it is answered anyway. */
  readonly halfCloseWaitMs: number = 1000;

  /** When a client should try again, where trying again may help. */
  readonly retrySeconds: number = 1;

  /** What a principal may request at once, in seconds of its `requestsPerSecond`. */
  readonly requestBurstSeconds: number = 10;

  /** The same of its `uploadBytesPerSecond`: one larger blob may still begin, and what follows waits. */
  readonly uploadBurstSeconds: number = 60;

  /** Subjects whose requests and uploads are counted, where they have an allowance; who was away longest is forgotten. */
  readonly countedSubjects: number = 10_000;

  /** Instances above one in which a look-up goes on, the nearest that its caller may read: each is asked by itself. */
  readonly inheritedInstances: number = 8;

  /** The longest instance name, in UTF-16 code units. */
  readonly instanceNameLength: number = 1024;

  /** HTTP/2 streams that one connection may have open; Bazel opens up to 100. */
  readonly connectionStreams: number = 256;

  /** Connections of all protocols at once. */
  readonly connections: number = 4096;

  /** What one upload stream may send ahead of the store: the HTTP/2 stream window. */
  readonly streamWindowBytes: number = 1 * MIB;

  /** What one connection may send ahead: the HTTP/2 connection window. */
  readonly connectionWindowBytes: number = 16 * MIB;

  /**
   * At what count of one connection's memory Node's HTTP/2 refuses streams, in MiB. Out of reach: the count never gives back what
   * cancelled downloads had still to send. Streams, windows and headers have limits of their own.
   */
  readonly sessionMemoryMib: number = 0xffff_ffff;

  /** Streams that a client may reset at once, and per second after that: clients do so after every early answer. */
  readonly streamResetBurst: number = 2000;
  readonly streamResetsPerSecond: number = 1000;

  /** RequestMetadata as a header carries it, in base64; longer ones are not looked at. */
  readonly metadataLength: number = 32 * KIB;

  /** What is taken of each text in it, in UTF-16 code units. */
  readonly metadataTextLength: number = 256;

  /** What is kept of the name of who wrote an action result, in UTF-16 code units. */
  readonly subjectLength: number = 256;

  /** Purges in force at once: every look-up of a result older than the newest of them is held against all. */
  readonly purgeRules: number = 1000;

  /** The same in bytes: an item of DynamoDB, which has 400 KiB at most, holds all of them. */
  readonly purgeListBytes: number = 320 * KIB;

  /** How old a list of them may be that look-ups use, and so how long making one takes where several processes serve. */
  readonly purgeListAgeMs: number = 5000;

  /** Request headers, all together. */
  readonly headerBytes: number = 64 * KIB;

  /** The first bytes of a connection, and the headers of a request, must arrive in this time. */
  readonly headersTimeoutMs: number = 60_000;

  /** A connection or stream that moves no byte for this long is closed. */
  readonly idleTimeoutMs: number = 10 * MINUTE_MS;

  /** How long a client may take to read the last answer before its connection is broken. */
  readonly lingerMs: number = 5000;

  /** How long calls that the server has ended may take to tell their clients. */
  readonly lastWordMs: number = 1000;

  /** What a line of the log takes of one text, in UTF-16 code units, of how many causes of an error, and of how many lines of its stack. */
  readonly logTextLength: number = 1024;
  readonly logCauses: number = 5;
  readonly logFrames: number = 20;

  /** How long lines of the log are gathered before they are written, and how many bytes at most. */
  readonly logGatherMs: number = 50;
  readonly logGatherBytes: number = 64 * KIB;

  /** What is written of the log and not yet taken by whoever reads it; what comes then is dropped, and counted. */
  readonly logBacklogBytes: number = 4 * MIB;

  /** How long a server that has stopped waits for whoever reads its log. */
  readonly logEndMs: number = 3000;

  /** How long the log does not repeat what it has just told. */
  readonly quietMs: number = MINUTE_MS;

  /** How long a token (JWT) that was found good is not looked at again, so that a key that its issuer has removed counts soon. */
  readonly tokenTrustMs: number = 5 * MINUTE_MS;

  /** How far the clock of whoever issues tokens may be from ours. */
  readonly tokenSkewMs: number = 30_000;

  /** How long an issuer's keys are good without looking whether there are others, where they are fetched, and where they are in a file. */
  readonly keysFreshMs: number = 5 * MINUTE_MS;
  readonly keysFileFreshMs: number = 10_000;

  /** How long fetched keys are good while no others can be had: whoever keeps us from fetching them could have a removed key go on for good. */
  readonly keysStaleMs: number = 24 * HOUR_MS;

  /** How long nobody looks for newer keys after they were loaded, whatever unknown keys tokens name. */
  readonly keysCoolDownMs: number = 30_000;

  /** The same after loading them has failed for the first time; each further time twice as long, up to the second of these. */
  readonly keysRetryMs: number = 1000;
  readonly keysRetryMaxMs: number = MINUTE_MS;

  /** How long loading them may take, and how often a request that waits for that looks if it is over. */
  readonly keysLoadMs: number = 5000;
  readonly keysPollMs: number = 50;

  /** What an issuer publishes: the document with its keys, and the keys in it. */
  readonly keySetBytes: number = 256 * KIB;
  readonly issuerKeys: number = 64;

  /** How often files are looked at that may change, of TLS and of access: certificates that are good for an hour are replaced long before. */
  readonly filesLookMs: number = 10_000;

  /** Of an instrument, for labels whose values clients choose: values of each, and series in all. What is more counts as `other`. */
  readonly labelValues: number = 100;
  readonly seriesPerInstrument: number = 2000;

  /** Of the statistics API, in each thread: subjects of one kind, as invocations, whose requests are counted. */
  readonly statisticsSubjects: number = 1000;

  /** Mnemonics of one invocation that are told apart there; what is more counts together. */
  readonly statisticsMnemonics: number = 50;

  /** Headers whose values are subjects there. */
  readonly statisticsHeaders: number = 8;

  /** How long a subject is remembered there that nothing is seen of. */
  readonly statisticsAgeMs: number = 7 * 24 * HOUR_MS;

  /** Subjects in one answer, whose names have to fit into it. */
  readonly statisticsListed: number = 500;

  /** How long an answer counts to whether the stores answer: so often they are asked at most, and only where somebody wants to know. */
  readonly storeHealthMs: number = 5000;

  /** How long a store may take for that before it counts as one that does not answer. */
  readonly storeProbeMs: number = 3000;

  /** How long a connection may have asked for nothing, once the server stops: who has just connected is about to. */
  readonly firstWordMs: number = 1000;

  /** How long clients may use connections over HTTP/1.1 that are idle, once the server stops. */
  readonly lastAskMs: number = 1000;

  /** How long what still comes on such a connection is read, once it has ended: its client meets an end then, and no reset. */
  readonly lastReadMs: number = 1000;

  /** How long requests under way may take to finish after SIGTERM. */
  readonly drainMs: number = 30_000;
}

export const limits: Limits = new Limits();
checkRelations(limits);
