window.YTD.tweets.part0 = [
 {
  "tweet": {
   "id_str": "1678758789903286272",
   "id": "1678758789903286272",
   "full_text": "Ayes &amp; noes: 12 &gt; 3 https://t.co/xyz",
   "created_at": "Tue Jul 11 13:31:00 +0000 2023",
   "in_reply_to_status_id_str": "99",
   "in_reply_to_user_id_str": "2002",
   "in_reply_to_screen_name": "vera",
   "entities": {
    "urls": [
     {
      "url": "https://t.co/xyz",
      "expanded_url": "https://harbour.example/vote"
     }
    ]
   },
   "extended_entities": {
    "media": [
     {
      "url": "https://t.co/pic",
      "expanded_url": "https://x.example/pic",
      "media_url_https": "https://pbs.example/media/Pic.jpg"
     }
    ]
   }
  }
 },
 {
  "tweet": {
   "id_str": "1678552694890954752",
   "full_text": "RT @vera: The harbour",
   "created_at": "Mon Jul 10 23:52:03 +0000 2023",
   "entities": {
    "urls": []
   }
  }
 }
]
