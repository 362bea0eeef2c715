/** [data-place-form]: sends a location into the open conversation; "where I am" asks the browser. */
import { attach } from "./attach.js";
import { newId } from "./ids.js";
import { send } from "./outbox.js";

attach("[data-place-form]", (form) => {
  const { latitude, longitude, place_name: name, address } = form.elements;
  const number = (field) => field.value.trim().replace(",", ".");

  form.querySelector("[data-my-place]").addEventListener("click", (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    const done = () => (button.disabled = false);
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      latitude.value = coords.latitude.toFixed(6);
      longitude.value = coords.longitude.toFixed(6);
      done();
    }, done);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const composer = document.querySelector("[data-composer]");
    const place = {
      type: "location", latitude: number(latitude), longitude: number(longitude),
      place_name: name.value.trim(), address: address.value.trim(),
    };
    form.closest("dialog").close();
    form.reset();
    if (composer) send(composer, { kind: "reply", text: "", place, clientId: newId() });
  });
});
