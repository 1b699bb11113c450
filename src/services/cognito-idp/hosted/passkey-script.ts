/**
 * The script of a page with a passkey: the browser is asked as soon as its form is sent, and the form goes
 * on with what it answers (Web Authentication, section 5.1).
 */
export const ceremony = (what: 'create' | 'get'): string => `
const field = document.querySelector('input[name=credential]')
const form = field.form
const failed = document.getElementById('failed')
const parse = '${what === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'}'
form.addEventListener('submit', async (event) => {
  if (field.value !== '') return
  event.preventDefault()
  failed.hidden = true
  try {
    const publicKey = PublicKeyCredential[parse](JSON.parse(field.dataset.options))
    const made = await navigator.credentials.${what}({ publicKey })
    field.value = JSON.stringify(made.toJSON())
    form.submit()
  } catch {
    failed.hidden = false
  }
})
${what === 'get' ? "if (document.querySelector('.fault[role=alert]:not([hidden])') === null) form.requestSubmit()" : ''}
`
