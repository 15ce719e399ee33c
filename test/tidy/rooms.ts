/** A part of the tree, and what its files may import beside each other. */
export interface Room {
  readonly name: string;
  /** What the paths of its files look like. */
  readonly files: RegExp;
  readonly mayImport: readonly string[];
  /** Whether its folders are apart, so that a file imports only its own folder. */
  readonly apart?: true;
}

const shared = ["words", "stores", "services"];

/** Imports run one way: entry points -> handlers -> services -> stores <- adapters. */
const rooms: readonly Room[] = [
  {
    name: "words",
    files: /^shared\/(?:[^/]+|(?:bytes|chunking|compression|digest|proto|telemetry)\/.+)$/,
    mayImport: [],
  },
  { name: "stores", files: /^shared\/stores\//, mayImport: ["words"] },
  { name: "services", files: /^shared\/services\//, mayImport: ["words", "stores"] },
  { name: "adapters", files: /^shared\/adapters\//, mayImport: ["words", "stores"], apart: true },
  { name: "access", files: /^functions\/access\//, mayImport: shared },
  {
    name: "handlers",
    files: /^functions\/(?:handlers|interceptors|telemetry)\//,
    mayImport: [...shared, "access"],
  },
  { name: "http2", files: /^functions\/http2\//, mayImport: ["words"] },
  {
    name: "grpc",
    files: /^functions\/grpc\//,
    mayImport: [...shared, "access", "http2", "handlers"],
  },
  { name: "routes", files: /^functions\/[^/]+$/, mayImport: [...shared, "access", "handlers"] },
  {
    name: "entry points",
    files: /^functions\/(?:aws|cloudflare|node)\//,
    mayImport: [...shared, "adapters", "access", "http2", "grpc", "handlers", "routes"],
    apart: true,
  },
  { name: "infra", files: /^infra\//, mayImport: ["words", "access"] },
  {
    name: "contracts",
    files: /^test\/contracts\/(?!.*\.test\.ts$)/,
    mayImport: ["words", "stores", "test"],
  },
  {
    name: "test",
    files: /^test\//,
    mayImport: [
      ...shared,
      "adapters",
      "access",
      "http2",
      "grpc",
      "handlers",
      "routes",
      "entry points",
      "contracts",
      "infra",
    ],
  },
  { name: "tools", files: /^[^/]+$/, mayImport: [] },
];

/** The first room that the file fits, or an error that says what to do. */
export function roomOf(path: string): Room {
  const room = rooms.find(({ files }) => files.test(path));
  if (room === undefined)
    throw new Error(`${path} is in no room; give it one in test/tidy/rooms.ts`);
  return room;
}

/** Whether the layers let `importer` import `imported`. */
export function mayImport(importer: string, imported: string): boolean {
  const [from, to] = [roomOf(importer), roomOf(imported)];
  if (from !== to) return from.mayImport.includes(to.name);
  return from.apart === undefined || folderOf(importer) === folderOf(imported);
}

/** The folder directly in the room: `shared/adapters/memory`, `functions/node`. */
function folderOf(path: string): string {
  const depth = path.startsWith("shared/adapters/") ? 3 : 2;
  return path.split("/").slice(0, depth).join("/");
}
