import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fill, hostedBrowser, look, press, skip, told } from './hosted-browser.ts'

test('a person signs in without scripts, with a wrong password first', { skip }, async (t) => {
  const { people, newPage } = await hostedBrowser(t)
  const { start, user } = await people()
  await (await user('ada'))()
  const page = await newPage()
  await page.goto(start())
  await look(page, 'sign-in')
  await fill(page, { Username: 'ada', Password: 'wrong' })
  await press(page, 'Sign in')
  await page.getByRole('alert').waitFor()
  await look(page, 'sign-in-wrong')
  assert.equal(await page.getByRole('alert').textContent(), 'Incorrect username or password.')
  assert.equal(await page.getByLabel('Username').inputValue(), 'ada')
  await fill(page, { Password: 'Permanent-1' })
  await page.keyboard.press('Enter')
  const answer = await told(page)
  assert.equal(answer.get('state'), 'the state')
  assert.ok(answer.get('code'))
})
