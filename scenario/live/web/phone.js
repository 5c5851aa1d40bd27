// Keeps a phone's page as the phone stands now.
"use strict";
(() => {
  let busy = false;
  async function renew() {
    if (busy || document.hidden || String(getSelection())) return; // do not take away what somebody is copying
    busy = true;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const what of ["#content", "header.phone"]) {
        const here = document.querySelector(what), there = fresh.querySelector(what);
        if (there && here.innerHTML !== there.innerHTML) here.replaceWith(document.adoptNode(there));
      }
    } catch { // the run has ended, and with it the server: what is shown stays
    } finally { busy = false; }
  }
  setInterval(renew, 2000);
})();
