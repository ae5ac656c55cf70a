import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A field of a message in protocol buffers: its number, and a whole number or bytes. */
type Field = readonly [number: number, value: number | Uint8Array | string]

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

/** A message of protocol buffers (encoding, protobuf.dev, read 2026-11-26). */
function message(...fields: readonly Field[]): Uint8Array {
  const parts = fields.map(([number, value]) => {
    if (typeof value === 'number') return Buffer.from([...varint(number * 8), ...varint(value)])
    const bytes = Buffer.from(value as string)
    return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes])
  })
  return Buffer.concat(parts)
}

const FLOAT = 1
const INT64 = 7

/** Name, kind and shape of something that goes into a graph or comes out. */
const valueInfo = (name: string, kind: number, shape: readonly (number | string)[]): Uint8Array => {
  const dimensions = shape.map((size): Field => {
    const dimension: Field = typeof size === 'number' ? [1, size] : [2, size]
    return [1, message(dimension)]
  })
  const tensor = message([1, kind], [2, message(...dimensions)])
  return message([1, name], [2, message([1, tensor])])
}

/** A model that gives each token the row of a table (ONNX `onnx.proto`, IR version 8). */
function lookupModel(rows: readonly (readonly number[])[], output: string): Uint8Array {
  const width = rows[0]?.length ?? 0
  const numbers = new Uint8Array(Float32Array.from(rows.flat()).buffer)
  const table = message(
    ...([
      [1, rows.length],
      [1, width],
      [2, FLOAT],
    ] as const),
    [8, 'table'],
    [9, numbers],
  )
  const node = message([1, 'table'], [1, 'input_ids'], [2, output], [3, 'look-up'], [4, 'Gather'])
  const ids = ['batch', 'tokens']
  const graph = message(
    [1, node],
    [2, 'tiny'],
    [5, table],
    [11, valueInfo('input_ids', INT64, ids)],
    [11, valueInfo('attention_mask', INT64, ids)],
    [12, valueInfo(output, FLOAT, [...ids, width])],
  )
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 13])])
}

/** A number of a node: whole numbers (7 is INTS), as `onnx.proto` has attributes. */
const axes = (...values: readonly number[]): Field => [
  5,
  message([1, 'axes'], ...values.map((value): Field => [8, value]), [20, 7]),
]
const noDimension: Field = [5, message([1, 'keepdims'], [3, 0], [20, 2])]

/** A model that gives a picture the means of its three channels. */
function meansModel(): Uint8Array {
  const node = message(
    ...([
      [1, 'pixel_values'],
      [2, 'image_embeds'],
      [3, 'means'],
      [4, 'ReduceMean'],
    ] as const),
    ...[axes(2, 3), noDimension],
  )
  const graph = message(
    ...[[1, node] as const, [2, 'tiny'] as const],
    [11, valueInfo('pixel_values', FLOAT, ['batch', 3, 'height', 'width'])],
    [12, valueInfo('image_embeds', FLOAT, ['batch', 3])],
  )
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 13])])
}

/**
 * Writes a model for texts and pictures: a picture is its mean colour, each channel from −1 to 1,
 * and a text what its words say of colours.
 */
export async function writeTinyClip(
  folder: string,
  words: TinyModel['words'],
  edge = 8,
): Promise<void> {
  await writeTinyModel(folder, { words })
  await rename(join(folder, 'onnx/model.onnx'), join(folder, 'onnx/text_model.onnx'))
  await writeFile(join(folder, 'onnx/vision_model.onnx'), meansModel())
  const half = [0.5, 0.5, 0.5]
  const config = { size: { shortest_edge: edge }, image_mean: half, image_std: half }
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(config))
}

/** A model by the directions of its words; words it does not know are nothing. */
export interface TinyModel {
  readonly words: Readonly<Record<string, readonly number[]>>
  readonly output?: string
  readonly mostTokens?: number
}

/** Writes a model for texts into a folder, laid out as Hugging Face lays models out. */
export async function writeTinyModel(folder: string, model: TinyModel): Promise<void> {
  const { words, output = 'last_hidden_state', mostTokens = 512 } = model
  const names = Object.keys(words)
  const width = Object.values(words)[0]?.length ?? 1
  const vocab = Object.fromEntries(['[UNK]', ...names].map((name, index) => [name, index]))
  const tokenizer = {
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      ...{ type: 'WordPiece', vocab, unk_token: '[UNK]' },
      ...{ continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
    },
  }
  await mkdir(join(folder, 'onnx'), { recursive: true })
  const write = (name: string, value: object) =>
    writeFile(join(folder, name), JSON.stringify(value))
  await write('tokenizer.json', tokenizer)
  await write('tokenizer_config.json', { model_max_length: mostTokens, unk_token: '[UNK]' })
  const rows = [Array.from({ length: width }, () => 0), ...Object.values(words)]
  await writeFile(join(folder, 'onnx/model.onnx'), lookupModel(rows, output))
}
