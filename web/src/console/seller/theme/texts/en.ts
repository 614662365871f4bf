// English, and the list of what every language has to say of themes.

export const en = {
  "theme.title": "Branding",
  "theme.whose": "Pages of",
  "theme.all": "All drops",
  "theme.intro":
    "A logo, colours and texts of your own on the pages of your drops. What you leave empty stays plain.",
  "theme.intro_drop": "What this drop has of its own. What you leave empty is as for all your drops.",
  "theme.shop_page": "See it as shoppers do",
  "theme.look": "Colours and texts",
  "theme.accent": "Colour of links and buttons",
  "theme.accent.hint":
    "Such as #0b6670. It has to stand out on a light page; on dark pages we make it brighter.",
  "theme.band": "Colour of the band above the page",
  "theme.band.hint": "Any colour: its text is black or white, whichever can be read.",
  "theme.tagline_en": "Line above the title, in English",
  "theme.tagline_ko": "Line above the title, in Korean",
  "theme.message_en": "Message below the title, in English",
  "theme.message_ko": "Message below the title, in Korean",
  "theme.fault.colour": "Write a colour like #0b6670.",
  "theme.fault.both": "Write it in both languages, or leave both empty.",
  "theme.faint": "This is too faint on a light page. {darker} can be read.",
  "theme.save": "Save",
  "theme.saved": "Saved",
  "theme.logo": "Logo",
  "theme.logo.none": "There is no logo yet.",
  "theme.logo.choose": "Choose a file",
  "theme.logo.hint":
    "JPEG, PNG or WebP of up to 8 MB. It is shown without transparency, on the ground that it has.",
  "theme.logo.remove": "Take the logo away",
  "theme.preview": "Preview",
  "theme.light": "Light",
  "theme.dark": "Dark",
  "sample.title": "Friday drop",
  "sample.place": "Your place in line",
  "sample.join": "Join the line",
  "sample.link": "See other drops",
};
