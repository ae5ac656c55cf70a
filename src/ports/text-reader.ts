/**
 * How a text stands in a picture: `sparse`, words anywhere, or `page`, lines under each other. Each
 * finds words that the other overlooks.
 */
export type TextLayout = 'sparse' | 'page'

/** Reads lettering in pictures (OCR). */
export interface TextReader {
  /** Name and version of the engine, for receipts. */
  readonly version: string
  /**
   * What can be read in a grey PNG, line by line; an empty text when there is nothing. Rejects when
   * the engine failed or took too long; with a `BusyError` when it was not tried.
   */
  read(png: Uint8Array, layout: TextLayout): Promise<string>
}
