import { askInSpan } from "../in-span.ts";
import type { MultipartUploads, ObjectStore } from "../indexed/object-store.ts";

/** Traces what calls of an indexed store ask of `service`, which has the objects. That of a read ends when its bytes begin to come. */
export function tracedObjects(base: ObjectStore, service: string): ObjectStore {
  const named = (name: string) => ({ name: `ObjectStore.${name}`, service });
  const { multipart, presigner } = base;
  return {
    maxPutBytes: base.maxPutBytes,
    verifies: (digest) => base.verifies(digest),
    put: (key, digest, body, signal) =>
      askInSpan(signal, named("put"), () => base.put(key, digest, body, signal)),
    get: (key, range, signal) =>
      askInSpan(signal, named("get"), () => base.get(key, range, signal)),
    inspect: (key, digest, signal) =>
      askInSpan(signal, named("inspect"), () => base.inspect(key, digest, signal)),
    delete: (keys, signal) => askInSpan(signal, named("delete"), () => base.delete(keys, signal)),
    list: (prefix, signal) => base.list(prefix, signal),
    ...(multipart === undefined ? {} : { multipart: tracedUploads(multipart, service) }),
    ...(presigner === undefined ? {} : { presigner }),
  };
}

function tracedUploads(base: MultipartUploads, service: string): MultipartUploads {
  const named = (name: string) => ({ name: `MultipartUploads.${name}`, service });
  return {
    maxParts: base.maxParts,
    create: (key, signal) => askInSpan(signal, named("create"), () => base.create(key, signal)),
    putPart: (...args) => askInSpan(args[4], named("putPart"), () => base.putPart(...args)),
    complete: (key, uploadId, parts, signal) =>
      askInSpan(signal, named("complete"), () => base.complete(key, uploadId, parts, signal)),
    abort: (key, uploadId) => base.abort(key, uploadId),
  };
}
