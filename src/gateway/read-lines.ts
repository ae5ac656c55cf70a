const NEWLINE = 10

/** A line of a text file that is not empty. */
export interface TextLine {
  /** Counted from 1, empty ones too. */
  readonly number: number
  readonly text: string
}

/** The lines of a file as its bytes come; those that hold nothing but spaces are left out. */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder()
  let number = 0
  let parts: string[] = []
  for await (const bytes of source) {
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      parts.push(decoder.decode(bytes.subarray(start, end)))
      const text = parts.join('')
      parts = []
      start = end + 1
      number += 1
      if (text.trim() !== '') yield { number, text }
    }
    parts.push(decoder.decode(bytes.subarray(start), { stream: true }))
  }
  const text = parts.join('') + decoder.decode()
  if (text.trim() !== '') yield { number: number + 1, text }
}
