import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { env, InferenceSession, Tensor } from 'onnxruntime-web'
import { embedPicture } from './embed-picture.ts'
import { numbersOf, unit } from './vector.ts'

/** Texts and pictures for the models of a folder. */
export interface EmbedTask {
  readonly folder: string
  /** Of the model for texts. */
  readonly file: string
  readonly inputs: readonly (string | Uint8Array)[]
}

/** What is loaded of a folder. */
interface Model {
  readonly tokenizer: Tokenizer
  readonly session: InferenceSession
  readonly mostTokens: number
  /** Whether the first token stands for the text; else it is the mean of all. */
  readonly isFirstToken: boolean
}

/** Longest text of a model that names no limit: BERT's, and that of most that come after it. */
const MOST_TOKENS = 512

// More threads would be workers of this worker, and take the processor from the main thread.
env.wasm.numThreads = 1
env.logLevel = 'error'

let loaded: { readonly folder: string; readonly model: Promise<Model> } | undefined

/**
 * Vectors of unit length, in the order of the inputs. The model is loaded with the first of them.
 * @public called by name, from the pool
 */
export async function embed({ folder, file, inputs }: EmbedTask): Promise<readonly Float32Array[]> {
  if (loaded?.folder !== folder) loaded = { folder, model: load(folder, file) }
  const { model } = loaded
  try {
    const vectors: Float32Array[] = []
    // One by one: a text alone needs no padding, so no neighbour changes its vector.
    for (const input of inputs) {
      const isText = typeof input === 'string'
      vectors.push(isText ? await embedOne(input, await model) : await embedPicture(input, folder))
    }
    return vectors
  } catch (error) {
    loaded = undefined
    throw error
  }
}

async function load(folder: string, file: string): Promise<Model> {
  const read = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(folder, name), 'utf8'))
  const [tokenizer, config, pooling, bytes] = await Promise.all([
    read('tokenizer.json'),
    read('tokenizer_config.json'),
    // Written by sentence-transformers 5 (its class Pooling, read 2026-11-26).
    read('1_Pooling/config.json').catch((): Record<string, unknown> => ({})),
    readFile(join(folder, file)),
  ])
  const { model_max_length: limit } = config
  return {
    tokenizer: new Tokenizer(tokenizer, config),
    session: await InferenceSession.create(bytes),
    // Without a limit of its own a tokenizer says 1e30.
    mostTokens: typeof limit === 'number' ? Math.min(limit, MOST_TOKENS) : MOST_TOKENS,
    isFirstToken: pooling.pooling_mode_cls_token === true,
  }
}

async function embedOne(text: string, model: Model): Promise<Float32Array> {
  const { tokenizer, session, mostTokens, isFirstToken } = model
  const tokens = shortened(tokenizer.encode(text).ids, mostTokens)
  const filled = (value: (token: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from(tokens, (token) => BigInt(value(token))),
      [...[1, tokens.length]],
    )
  const known: Readonly<Record<string, Tensor>> = {
    input_ids: filled((token) => token),
    attention_mask: filled(() => 1),
    token_type_ids: filled(() => 0),
  }
  const feeds = session.inputNames.map((name) => {
    const tensor = known[name]
    if (tensor === undefined) throw new Error(`the model wants ${name}, which texts do not have`)
    return [name, tensor] as const
  })
  const outputs = await session.run(Object.fromEntries(feeds))
  const whole = outputs.sentence_embedding ?? outputs.text_embeds
  if (whole !== undefined) return unit(numbersOf(whole))
  const each = outputs.last_hidden_state
  if (each === undefined) {
    throw new Error(`the model gives ${session.outputNames.join(', ')}, and no last_hidden_state`)
  }
  return unit(isFirstToken ? firstOf(each) : meanOf(each))
}

/** Keeps the mark that ends a text, which the model was trained with. */
function shortened(tokens: readonly number[], most: number): readonly number[] {
  const last = tokens.at(-1)
  if (last === undefined) throw new Error('the tokenizer makes no token of this text')
  return tokens.length <= most ? tokens : [...tokens.slice(0, most - 1), last]
}

const firstOf = (each: Tensor): Float32Array => numbersOf(each).slice(0, each.dims.at(-1))

/** Mean over the tokens: all count, for none is padding. */
function meanOf(each: Tensor): Float32Array {
  const numbers = numbersOf(each)
  const mean = new Float32Array(each.dims.at(-1) ?? 0)
  for (const [index, value] of numbers.entries()) {
    const place = index % mean.length
    mean[place] = (mean[place] ?? 0) + value * (mean.length / numbers.length)
  }
  return mean
}
