// The page where an order is paid at Stripe: shows Stripe's own fields, and sends what is typed there to Stripe alone.
const { key, secret, back } = document.querySelector('main').dataset;
const form = document.querySelector('#pay');
const problem = document.querySelector('#problem');
const button = form.querySelector('button');

if (typeof Stripe === 'undefined') {
  problem.textContent = 'The payment form did not load. Please check your connection and reload this page.';
} else {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const stripe = Stripe(key);
  const elements = stripe.elements({ clientSecret: secret, appearance: { theme: dark ? 'night' : 'stripe' } });
  const element = elements.create('payment');
  element.on('ready', () => (button.disabled = false));
  element.mount('#element');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = '';
    const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: back } });
    problem.textContent = error.message || 'That did not work. Please try again.';
    button.disabled = false;
  });
}
