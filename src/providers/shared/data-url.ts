import type { InputBytes } from '../../ports/provider.ts'

/** The bytes of an input image as base64. */
export const toBase64 = ({ bytes }: Pick<InputBytes, 'bytes'>): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** An input image as the text that stands for a link: `data:image/png;base64,…`. */
export const toDataUrl = ({ bytes, format }: Pick<InputBytes, 'bytes' | 'format'>): string =>
  `data:image/${format};base64,${toBase64({ bytes })}`
