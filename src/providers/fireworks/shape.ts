import type { Model } from '../../core/catalog/model.ts'

/** The ways of calling that Fireworks has, one for each generation of its models. */
const shapes = ['workflow', 'kontext', 'legacy'] as const
/** See {@link shapes}. */
export type Shape = (typeof shapes)[number]

/** How a model is called: `wire.shape` in models.json. */
export const shapeOf = ({ wire }: Pick<Model, 'wire'>): Shape =>
  shapes.find((shape) => shape === wire.shape) ?? 'workflow'
