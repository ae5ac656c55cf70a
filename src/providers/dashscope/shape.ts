import type { Model } from '../../core/catalog/model.ts'

/**
 * How a model is called. `sync`: messages in, pictures out. `messages`: the same messages, as a
 * task. `prompt`: a task in the older form of Wan up to 2.5.
 */
export type Shape = 'sync' | 'messages' | 'prompt'

/** The shape of a model's calls. */
export function shapeOf({ wire }: Pick<Model, 'wire'>): Shape {
  return wire.shape === 'messages' || wire.shape === 'prompt' ? wire.shape : 'sync'
}
