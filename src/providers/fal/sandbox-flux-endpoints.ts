import {
  BOOLEAN,
  checker,
  common,
  type EmulatedEndpoint,
  type EmulatedPrice,
  endpoint,
  FILE,
  files,
  fluxFields,
  guidance,
  LIST,
  levels,
  many,
  number,
  perImage,
  perMegapixel,
  SIZE,
  shapes,
  speed,
  steps,
  TEXT,
  threeFormats,
  twoFormats,
  withImage,
  withImages,
} from './sandbox-fields.ts'

const { guidance_scale: _, ...schnellFields } = fluxFields
const proFields = {
  ...many,
  ...twoFormats,
  enhance_prompt: BOOLEAN,
  safety_tolerance: levels(6),
}
const kontextFields = { ...proFields, ...guidance(20), aspect_ratio: shapes('9:21') }
const flux2Fields = {
  ...common,
  ...checker,
  ...twoFormats,
  safety_tolerance: levels(5),
  image_size: SIZE,
}
const kleinFields = { ...many, ...checker, ...threeFormats, ...steps(50), image_size: SIZE }
const kleinBaseFields = { ...kleinFields, ...speed, ...guidance(20), negative_prompt: TEXT }
const kontext = (micro: number) => ({ price: perImage(micro), seconds: 7 })
const flux2Price: EmulatedPrice = { unit: 'megapixels', micro: 30_000, extraMicro: 15_000 }
/** The emulated endpoints of FLUX. */
export const fluxEndpoints: Readonly<Record<string, EmulatedEndpoint>> = {
  'fal-ai/flux/schnell': endpoint({
    fields: schnellFields,
    price: perMegapixel(3_000),
    seconds: 1.5,
  }),
  'fal-ai/flux/dev': endpoint({ fields: fluxFields, price: perMegapixel(25_000), seconds: 4 }),
  'fal-ai/flux/dev/image-to-image': endpoint({
    ...withImage,
    fields: { ...fluxFields, image_url: FILE, strength: number(0, 1) },
    price: perMegapixel(30_000),
    seconds: 4,
  }),
  'fal-ai/flux-lora': endpoint({
    fields: { ...fluxFields, ...guidance(35), loras: LIST },
    price: perMegapixel(35_000),
    seconds: 5,
  }),
  'fal-ai/flux-pro/v1.1': endpoint({
    fields: { ...proFields, image_size: SIZE },
    price: perMegapixel(40_000),
    seconds: 6,
  }),
  'fal-ai/flux-pro/v1.1-ultra': endpoint({
    fields: { ...proFields, aspect_ratio: shapes('9:21'), raw: BOOLEAN, image_url: FILE },
    price: perImage(60_000),
    seconds: 10,
  }),
  'fal-ai/flux-pro/v1/fill': endpoint({
    required: ['prompt', 'image_url', 'mask_url'],
    fields: { ...proFields, image_url: FILE, mask_url: FILE },
    price: perMegapixel(50_000),
    seconds: 8,
  }),
  'fal-ai/flux-pro/kontext/text-to-image': endpoint({ fields: kontextFields, ...kontext(40_000) }),
  'fal-ai/flux-pro/kontext': endpoint({
    ...withImage,
    fields: { ...kontextFields, image_url: FILE },
    ...kontext(40_000),
  }),
  'fal-ai/flux-pro/kontext/max/text-to-image': endpoint({
    fields: kontextFields,
    ...kontext(80_000),
  }),
  'fal-ai/flux-pro/kontext/max': endpoint({
    ...withImage,
    fields: { ...kontextFields, image_url: FILE },
    ...kontext(80_000),
  }),
  'fal-ai/flux-2-pro': endpoint({
    fields: flux2Fields,
    price: flux2Price,
    seconds: 8,
    flags: false,
  }),
  'fal-ai/flux-2-pro/edit': endpoint({
    ...withImages,
    fields: { ...flux2Fields, image_urls: files(9) },
    price: flux2Price,
    seconds: 9,
    flags: false,
  }),
  'fal-ai/flux-2/klein/4b/base': endpoint({
    fields: kleinBaseFields,
    price: perMegapixel(9_000),
    seconds: 3,
    format: 'png',
  }),
  'fal-ai/flux-2/klein/4b/base/edit': endpoint({
    ...withImages,
    fields: { ...kleinBaseFields, image_urls: files(4) },
    price: perMegapixel(9_000),
    seconds: 3,
    format: 'png',
  }),
  'fal-ai/flux-2/klein/4b': endpoint({
    fields: kleinFields,
    price: perMegapixel(14_000),
    seconds: 2,
    format: 'png',
  }),
  'fal-ai/flux-2/klein/4b/edit': endpoint({
    ...withImages,
    fields: { ...kleinFields, image_urls: files(4) },
    price: perMegapixel(14_000),
    seconds: 2,
    format: 'png',
  }),
}
