import { testProvider } from '../../testing/test-provider.ts'
import bfl from './index.ts'
import emulator from './sandbox.ts'

testProvider(bfl, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
  skip: {},
})
