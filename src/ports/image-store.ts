/** Where picture bytes live: content-addressed, so a name never comes from input. */
export interface ImageStore {
  /**
   * Stores bytes durably under their SHA-256. Storing the same bytes again is a no-op.
   * Resolves only after the bytes would survive a crash; a half-written file is never visible.
   * @param digest SHA-256 of `bytes`, lower-case hex; trusted, so computed by the caller.
   */
  put(digest: string, bytes: Uint8Array): Promise<void>
  /**
   * Streams an upload of unknown content to the store while hashing it. It is not waited for until
   * it would survive a crash: uploads are not paid for, and who sent one can send it again. Where
   * the same bytes are stored already, these stay.
   * @throws StoreLimitError when it has more than `maxBytes`; nothing is left behind.
   */
  putStream(
    source: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<{ readonly digest: string; readonly byteLength: number }>
  /** All bytes, or undefined when nothing is stored under this digest. */
  get(digest: string): Promise<Uint8Array | undefined>
  /** Size in bytes, or undefined. */
  size(digest: string): Promise<number | undefined>
  /** Streams `start..end` (inclusive) of a stored object. */
  read(
    digest: string,
    range: { readonly start: number; readonly end: number },
  ): AsyncIterable<Uint8Array>
  /** Removes an object; removing what is not there is no error. */
  remove(digest: string): Promise<void>
  /** Whether a write would succeed now; for readiness. */
  check(): Promise<void>
}

/** Thrown by `putStream`; recognised by its marker property. */
export interface StoreLimitError extends Error {
  readonly storeLimit: { readonly maxBytes: number }
}
