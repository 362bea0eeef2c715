/** [data-copy="text"] copies it; [data-done] is what the toast says then. */
import { attach } from "./attach.js";
import { toast } from "./toast.js";

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard outside a secure context: select it in a field that nobody sees.
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.className = "spoken";
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  if (done) toast(done);
}

attach("[data-copy]", (button) => {
  button.addEventListener("click", () => copy(button.dataset.copy, button.dataset.done));
});
