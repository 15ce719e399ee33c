/** As much of the runtime's module as zstd needs: the types of Workers leave out what Node has too. */
declare module "node:zlib" {
  interface ZlibStream {
    write(bytes: Uint8Array, done: () => void): boolean;
    flush(done: () => void): void;
    read(): Uint8Array | null;
    on(event: "readable", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    destroy(): this;
  }

  interface CompressParams {
    readonly params?: { readonly [parameter: number]: number };
  }

  export const constants: { readonly ZSTD_c_compressionLevel: number };

  export function createZstdCompress(
    options: CompressParams & { readonly chunkSize: number; readonly pledgedSrcSize: number },
  ): ZlibStream;

  export function createZstdDecompress(options: { readonly chunkSize: number }): ZlibStream;

  export function zstdCompressSync(bytes: Uint8Array, options: CompressParams): Uint8Array;
}
