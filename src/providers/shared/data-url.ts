import type { InputBytes } from '../../ports/provider.ts'

/** An input image as the text that stands for a link: `data:image/png;base64,…`. */
export const toDataUrl = ({ bytes, format }: Pick<InputBytes, 'bytes' | 'format'>): string => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return `data:image/${format};base64,${text}`
}
