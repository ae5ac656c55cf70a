/** How much detail a picture has; harder ones need more steps. */
export const complexities = ['plain', 'shadows', 'people', 'texture'] as const
/** See {@link complexities}. */
export type Complexity = (typeof complexities)[number]

/**
 * Words that name a purpose. Rows are read from top to bottom, so the narrower purpose stands
 * first; words that also name a thing in the picture ("banner", "card") are left out.
 */
export const purposeWords: Readonly<Record<string, readonly string[]>> = {
  og_image: ['og image', 'open graph', 'social card', 'link preview'],
  thumbnail: ['thumbnail', 'thumb', 'icon', 'favicon', 'avatar'],
  placeholder: ['placeholder', 'dummy image', 'stand in'],
  preview: ['preview', 'mockup', 'rough draft'],
  hero: ['hero image', 'hero banner', 'hero shot', 'hero section', 'landing page'],
  product: ['product photo', 'product shot', 'packshot', 'catalog', 'catalogue', 'e commerce'],
  print: ['poster print', 'for print', 'billboard', 'brochure', '300 dpi'],
  social: ['instagram', 'tiktok', 'facebook', 'linkedin', 'social media', 'story post'],
  marketing: ['advertisement', 'ad campaign', 'ad creative', 'campaign image', 'marketing'],
  blog: ['blog', 'article', 'newsletter', 'editorial'],
}

/** Words that name what is in the picture; what models fail at stands first. */
export const categoryWords: Readonly<Record<string, readonly string[]>> = {
  logo: ['logo', 'emblem', 'wordmark', 'brand mark', 'monogram'],
  glass: ['glass', 'glassware', 'bottle', 'mirror', 'chrome', 'crystal', 'transparent', 'perfume'],
  people: [
    ...['person', 'people', 'man', 'men', 'woman', 'women', 'girl', 'boy', 'child', 'children'],
    ...['portrait', 'face', 'hand', 'crowd', 'family', 'couple', 'model wearing', 'team'],
  ],
  food: ['food', 'dish', 'meal', 'cake', 'burger', 'pizza', 'salad', 'soup', 'fruit', 'coffee'],
  interior: ['interior', 'living room', 'kitchen', 'bedroom', 'office', 'lobby', 'furniture'],
  apparel: ['shirt', 'dress', 'jacket', 'shoe', 'sneaker', 'hoodie', 'apparel', 'fashion'],
  illustration: ['illustration', 'cartoon', 'watercolor', 'watercolour', 'line art', 'vector'],
  textured: ['fabric', 'fur', 'knit', 'knitted', 'leather', 'wood grain', 'moss', 'lace', 'wool'],
  plain: ['white background', 'plain background', 'on white', 'studio background', 'isolated'],
}

/** Words that say that lettering is wanted although none is quoted. */
export const textWords: readonly string[] = [
  ...['infographic', 'lettering', 'typography', 'headline', 'slogan', 'caption', 'signage'],
  ...['text saying', 'that says', 'that reads', 'words reading', 'the text'],
]
