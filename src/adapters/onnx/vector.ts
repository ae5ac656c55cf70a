import type { Tensor } from 'onnxruntime-web'

/** What a model gave. @throws Error when it gave something else than 32-bit floats. */
export function numbersOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  throw new Error('the model gives no 32-bit floats')
}

/** The same direction, of length 1. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
