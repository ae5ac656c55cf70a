/**
 * A fast place for copies of stored pictures. It may forget anything at any time, and may fail: the
 * store behind it has the truth.
 */
export interface PictureLayer {
  /** Objects above this are not offered to it. */
  readonly maxBytes: number
  get(digest: string): Promise<Uint8Array | undefined>
  set(digest: string, bytes: Uint8Array): Promise<void>
  remove(digest: string): Promise<void>
}
