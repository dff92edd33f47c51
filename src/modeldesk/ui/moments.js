// Times of day in the zone of whoever looks. The server writes them in UTC, in elements that say
// which moment they mean; they are put into the browser's zone as they appear and as they change,
// before they are painted, so that nothing flickers.
(() => {
  const TIMES = "time[data-md-time]";
  const ZONES = "[data-md-zone]";
  const LATE = /^\d{4,}-\d\d-\d\d$/; // of what was so long ago that its day is told

  const two = (number) => String(number).padStart(2, "0");
  const day = (at) =>
    `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const minute = (at) => `${day(at)} ${two(at.getHours())}:${two(at.getMinutes())}`;
  const second = (at) => `${minute(at)}:${two(at.getSeconds())}`;
  const PRECISIONS = { day, minute, second };

  // Browsers go on calling these as they were called long ago.
  const RENAMED = {
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Europe/Kiev": "Europe/Kyiv",
  };
  const zone = () => {
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone || "your own zone";
    return RENAMED[name] || name;
  };
  const inUtc = () => ["UTC", "Etc/UTC", "GMT", "Etc/GMT"].includes(zone());

  function write(element, words) {
    const parts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const part = parts.find((node) => node.nodeValue.trim());
    if (part && part.nodeValue !== words) part.nodeValue = words;
  }

  function hover(element, words) {
    if (element.getAttribute("title") !== words) element.setAttribute("title", words);
  }

  function tell(element) {
    const at = new Date(element.getAttribute("datetime") || "");
    if (Number.isNaN(at.getTime())) return;
    const precise = PRECISIONS[element.dataset.mdTime];
    if (precise) {
      write(element, precise(at));
      return;
    }
    // "2 hours ago" is the same everywhere; when that was is told on hover.
    if (LATE.test(element.textContent.trim())) write(element, day(at));
    const title = element.getAttribute("title") || "";
    if (!inUtc() && !title.includes("\n")) hover(element, `${second(at)} in ${zone()}\n${title}`);
  }

  function name(element) {
    if (element.dataset.mdZone === "name") write(element, zone());
    else hover(element, inUtc() ? "In UTC" : `In ${zone()}; in UTC on hover`);
  }

  function look(root) {
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    if (root.matches(TIMES)) tell(root);
    if (root.matches(ZONES)) name(root);
    root.querySelectorAll(TIMES).forEach(tell);
    root.querySelectorAll(ZONES).forEach(name);
  }

  const watching = new MutationObserver((changes) => {
    for (const change of changes) {
      const at = change.target;
      const element = at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement;
      const time = element && element.closest(TIMES);
      if (time) tell(time);
      const zoned = element && element.closest(ZONES);
      if (zoned) name(zoned);
      change.addedNodes.forEach(look);
    }
  });
  watching.observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["datetime", "title", "data-md-time"],
  });
})();
