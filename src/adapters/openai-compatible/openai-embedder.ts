import { z } from 'zod'
import type { Embedder, EmbedderInput, Embeddings } from '../../ports/embedder.ts'
import { ask, costOf, type Endpoint, paidTool } from './ask.ts'

/**
 * How a server takes pictures, which OpenAI's own does not. `messages`: a chat message with the
 * picture in it (vLLM, "multimodal embedding" example of its documentation 0.9.2, read 2026-11-26).
 * `objects`: `{"image": …}` in the list of inputs (Jina AI's embeddings API, read 2026-11-26).
 */
export type PictureInput = 'messages' | 'objects'

/** Settings of an embedder. */
export interface EmbedderSettings extends Endpoint {
  /** Absent: the model takes texts only. */
  readonly pictures?: PictureInput
}

/** Inputs of one call; the smallest known limit is that of Mistral and others, some hundreds. */
const MAX_INPUTS = 64
/** An answer with longer vectors is a mistake: the longest known have 4,096 numbers. */
const MAX_DIMENSIONS = 16_384

const answer = z.object({
  data: z.array(
    z.object({
      index: z.number().int().nonnegative(),
      embedding: z.array(z.number()).min(1).max(MAX_DIMENSIONS),
    }),
  ),
})
const usage = z.object({ usage: z.object({ prompt_tokens: z.number().int().nonnegative() }) })

/** Asks for vectors by OpenAI's embeddings (API reference, read 2026-11-20). */
export function createOpenAIEmbedder(settings: EmbedderSettings): Embedder {
  const { pictures, model, price } = settings
  const call = async (
    inputs: readonly EmbedderInput[],
    signal: AbortSignal | undefined,
  ): Promise<Embeddings> => {
    const body = { model, encoding_format: 'float', ...toBody(inputs, pictures) }
    const asked = await ask(settings, '/embeddings', body, signal)
    if (!asked.ok) return asked
    const prompt = usage.safeParse(asked.json).data?.usage.prompt_tokens
    const costNano = costOf(price, { prompt })
    const vectors = fromAnswer(asked.json, inputs.length)
    if (vectors === undefined) {
      return { ok: false, reason: 'the embedder sent no vector for each input', costNano }
    }
    return { ok: true, vectors, costNano }
  }
  return {
    ...paidTool('embedder', settings),
    id: model,
    takesImages: pictures !== undefined,
    embed: async (inputs, signal) => {
      if (pictures === undefined && inputs.some((input) => 'image' in input)) {
        return { ok: false, reason: `${model} takes no pictures`, costNano: 0n }
      }
      const all: Float32Array[] = []
      let costNano: bigint | undefined = 0n
      for (const batch of batchesOf(inputs, pictures)) {
        const part = await call(batch, signal)
        costNano =
          costNano === undefined || part.costNano === undefined
            ? undefined
            : costNano + part.costNano
        if (!part.ok) return { ...part, costNano }
        all.push(...part.vectors)
      }
      return { ok: true, vectors: all, costNano }
    },
  }
}

/** Splits inputs into calls, in their order: a picture as a message is a call of its own. */
function batchesOf(
  inputs: readonly EmbedderInput[],
  pictures: PictureInput | undefined,
): readonly (readonly EmbedderInput[])[] {
  const batches: EmbedderInput[][] = []
  const isAlone = (input: EmbedderInput): boolean => pictures === 'messages' && 'image' in input
  for (const input of inputs) {
    const last = batches.at(-1)
    const [first] = last ?? []
    const fits = last !== undefined && first !== undefined && last.length < MAX_INPUTS
    if (fits && !isAlone(input) && !isAlone(first)) last.push(input)
    else batches.push([input])
  }
  return batches
}

function toBody(inputs: readonly EmbedderInput[], pictures: PictureInput | undefined): object {
  const [first] = inputs
  if (pictures === 'messages' && first !== undefined && 'image' in first) {
    const content = [{ type: 'image_url', image_url: { url: toDataUrl(first) } }]
    return { messages: [{ role: 'user', content }] }
  }
  const hasPictures = inputs.some((input) => 'image' in input)
  if (!hasPictures) return { input: inputs.map((input) => ('text' in input ? input.text : '')) }
  return {
    input: inputs.map((input) =>
      'text' in input ? { text: input.text } : { image: toDataUrl(input) },
    ),
  }
}

function toDataUrl({
  image: { bytes, format },
}: Extract<EmbedderInput, { image: object }>): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return `data:image/${format};base64,${base64}`
}

/**
 * Vectors in the order of the inputs; undefined unless there is one for each, all of one length.
 */
function fromAnswer(json: unknown, count: number): readonly Float32Array[] | undefined {
  const rows = answer.safeParse(json).data?.data.toSorted((a, b) => a.index - b.index)
  if (rows === undefined || rows.length !== count) return undefined
  const isWhole = rows.every(
    ({ index, embedding }, place) =>
      index === place && embedding.length === rows[0]?.embedding.length,
  )
  return isWhole ? rows.map(({ embedding }) => Float32Array.from(embedding)) : undefined
}
