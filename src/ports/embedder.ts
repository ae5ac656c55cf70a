import type { Nano } from '../core/money.ts'
import type { ImageFormat } from '../core/request/image-request.ts'
import type { PaidTool } from './paid-tool.ts'

/** A text or a picture whose place among others is asked for. */
export type EmbedderInput =
  | { readonly text: string }
  | { readonly image: { readonly bytes: Uint8Array; readonly format: ImageFormat } }

/** Vectors in the order of the inputs, or why there are none. */
export type Embeddings = (
  | { readonly ok: true; readonly vectors: readonly Float32Array[] }
  | { readonly ok: false; readonly reason: string }
) & {
  /** What it cost; undefined when nobody knows, which is not nothing. */
  readonly costNano: Nano | undefined
}

/** Turns texts, and pictures where its model can, into vectors that are near when meanings are. */
export interface Embedder extends PaidTool {
  /** Names model and version: vectors of another id cannot be compared. */
  readonly id: string
  readonly takesImages: boolean
  /** Never rejects. */
  embed(inputs: readonly EmbedderInput[], signal?: AbortSignal): Promise<Embeddings>
}
